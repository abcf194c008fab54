export { adapterContract } from './adapter-contract/adapter-contract.ts'
export type {
  AdapterContractOptions,
  AppFunctions,
  AppSetup,
  BodyMode,
  SessionMode,
} from './adapter-contract/app-setup.ts'
export { type SessionRows, sessionRows } from './adapter-contract/session-rows.ts'
export type { ContractCase } from './contract-case.ts'
export type { Fault, StorageMethod } from './fault-plan.ts'
export { type FaultyStorage, faultyStorage } from './faulty-storage.ts'
export { type HttpAnswer, type HttpClient, httpClient, type RequestParts } from './http-client.ts'
export { listen, type RunningApp } from './listen.ts'
export { type ManualClock, manualClock } from './manual-clock.ts'
export type { StorageChannel } from './processes/channel.ts'
export { remoteStorage } from './processes/remote-storage.ts'
export { serveStorage } from './processes/serve-storage.ts'
export { listUserIds, someRecord } from './storage-contract/bench.ts'
export type { StorageContractOptions } from './storage-contract/rule.ts'
export { storageContract } from './storage-contract/storage-contract.ts'
export { type TotpParameters, type VirtualAuthenticator, virtualAuthenticator } from './virtual-authenticator.ts'
