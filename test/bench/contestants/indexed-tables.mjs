// Tables for better-auth, with an index on each column it looks up by, as a database has. Its own memory adapter walks whole
// tables, and copies all of them twice whenever it checks a code.
import { createAdapterFactory } from 'better-auth/adapters'

const lookedUpBy = {
  user: ['id', 'email'],
  account: ['id', 'userId'],
  session: ['id', 'token', 'userId'],
  verification: ['id', 'identifier'],
  twoFactor: ['id', 'userId'],
}

export function createTables() {
  return Object.fromEntries(Object.entries(lookedUpBy).map(([model, columns]) => [model, createTable(columns)]))
}

/** An adapter on tables; its changes are made at once, so a transaction is a call like others. */
export function tablesAdapter(tables) {
  return createAdapterFactory({
    config: { adapterId: 'indexed-tables', adapterName: 'Indexed tables', transaction: false },
    adapter: () => ({
      create: async ({ model, data }) => tables[model].add(data),
      findOne: async ({ model, where }) => tables[model].find(where)[0] ?? null,
      findMany: async ({ model, where = [], ...part }) => partOf(tables[model].find(where), part),
      count: async ({ model, where = [] }) => tables[model].find(where).length,
      update: async ({ model, where, update }) => tables[model].change(tables[model].find(where), update)[0] ?? null,
      updateMany: async ({ model, where, update }) => tables[model].change(tables[model].find(where), update).length,
      delete: async ({ model, where }) => void tables[model].remove(tables[model].find(where)),
      deleteMany: async ({ model, where }) => tables[model].remove(tables[model].find(where)).length,
      consumeOne: async ({ model, where }) => tables[model].remove(tables[model].find(where).slice(0, 1))[0] ?? null,
      incrementOne: async ({ model, where, increment, set }) => {
        const [row] = tables[model].find(where)
        if (row === undefined) return null
        const counts = Object.entries(increment).map(([column, by]) => [column, (row[column] ?? 0) + by])
        return tables[model].change([row], { ...Object.fromEntries(counts), ...set })[0]
      },
    }),
  })
}

function createTable(columns) {
  const indexes = new Map(columns.map((column) => [column, new Map()]))
  const all = () => [...indexes.get('id').values()].flat()

  const add = (row) => {
    for (const [column, index] of indexes) {
      const known = index.get(row[column])
      if (known === undefined) index.set(row[column], [row])
      else known.push(row)
    }
    return row
  }
  const remove = (rows) => {
    for (const row of rows) for (const [column, index] of indexes) takeOut(index, row[column], row)
    return rows
  }
  const change = (rows, changes) => {
    const isIndexed = Object.keys(changes).some((column) => indexes.has(column))
    if (isIndexed) remove(rows)
    for (const row of rows) Object.assign(row, changes)
    if (isIndexed) rows.forEach(add)
    return rows
  }
  const find = (where) => {
    const by = where.find(({ field, operator }) => operator === 'eq' && indexes.has(field))
    const rows = by === undefined ? all() : (indexes.get(by.field).get(by.value) ?? [])
    return rows.filter((row) => where.every((clause) => fits(row, clause)))
  }
  return { add, remove, change, find }
}

function takeOut(index, value, row) {
  const rows = index.get(value)
  if (rows.length === 1) index.delete(value)
  else rows.splice(rows.indexOf(row), 1)
}

function fits(row, { field, operator, value, connector }) {
  if (connector === 'OR') throw new Error('these tables know no OR')
  const own = row[field] ?? null
  if (operator === 'eq') return own === value
  if (operator === 'ne') return own !== value
  if (own === null || value === null) return false
  if (operator === 'lt') return own < value
  if (operator === 'lte') return own <= value
  if (operator === 'gt') return own > value
  if (operator === 'gte') return own >= value
  throw new Error(`these tables know no ${operator}`)
}

function partOf(rows, { sortBy, offset = 0, limit = rows.length }) {
  const sorted = sortBy === undefined ? rows : rows.toSorted((one, other) => order(one, other, sortBy))
  return sorted.slice(offset, offset + limit)
}

function order(one, other, { field, direction }) {
  const sign = direction === 'asc' ? 1 : -1
  if (one[field] < other[field]) return -sign
  return one[field] > other[field] ? sign : 0
}
