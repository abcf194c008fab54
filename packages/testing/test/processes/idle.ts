// A process that opens no storage, and ends at once.
process.exit(3)
