// The classic app in a process of its own, without a build step or loader. Its clock is set by messages.
const { buildApp } = require('./app.cjs')

let nowMs = Number(process.argv[2])
process.on('message', (message) => {
  nowMs = Number(message)
  process.send(nowMs)
})
process.on('disconnect', () => process.exit())

const server = buildApp({ now: () => nowMs }).listen(0, '127.0.0.1', () => {
  process.send(`http://127.0.0.1:${server.address().port}`)
})
