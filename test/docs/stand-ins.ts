import { setImmediate as turn } from 'node:timers/promises'

type Item = Readonly<Record<string, unknown>>

interface Asked {
  readonly Item?: Item
  readonly Key?: { readonly userId: string }
  readonly ConditionExpression?: string
  readonly ExpressionAttributeValues?: Item
  readonly ConsistentRead?: boolean
  readonly ExclusiveStartKey?: { readonly userId: string }
}

const pageSize = 3

/** What a page on DynamoDB asks of its table, on a map that two clients may share: whole items, conditions, pages. */
export function dynamodbTable(items: Map<string, Item>) {
  const holds = (item: Item | undefined, { ConditionExpression = '', ExpressionAttributeValues = {} }: Asked) =>
    ConditionExpression.split(' OR ').some((condition) => {
      const [, absent] = /^attribute_not_exists\((\w+)\)$/.exec(condition) ?? []
      if (absent !== undefined) return item?.[absent] === undefined
      const [, name = '', value = ''] = /^(\w+) = (:\w+)$/.exec(condition) ?? []
      if (!(value in ExpressionAttributeValues)) throw new Error(`ValidationException: ${condition}`)
      return item?.[name] === ExpressionAttributeValues[value]
    })
  const demand = (item: Item | undefined, asked: Asked) => {
    if (holds(item, asked)) return
    throw Object.assign(new Error('The conditional request failed'), { name: 'ConditionalCheckFailedException' })
  }
  return {
    async get({ Key, ConsistentRead }: Asked) {
      await turn()
      // Without it the service may answer from the past, and so does this.
      return { Item: ConsistentRead === true ? items.get(Key?.userId ?? '') : undefined }
    },
    async put(asked: Asked) {
      await turn()
      const id = String(asked.Item?.['userId'])
      demand(items.get(id), asked)
      items.set(id, { ...asked.Item })
    },
    async delete(asked: Asked) {
      await turn()
      const id = asked.Key?.userId ?? ''
      demand(items.get(id), asked)
      items.delete(id)
    },
    async scan({ ExclusiveStartKey }: Asked) {
      await turn()
      const sorted = [...items.keys()].sort()
      const start = ExclusiveStartKey === undefined ? 0 : sorted.findIndex((id) => id > ExclusiveStartKey.userId)
      const ids = start < 0 ? [] : sorted.slice(start, start + pageSize)
      const last = ids.at(-1)
      const isEnd = last === undefined || last === sorted.at(-1)
      return { Items: ids.map((userId) => ({ userId })), LastEvaluatedKey: isEnd ? undefined : { userId: last } }
    },
  }
}

type Row = { readonly _id: string } & Item

/** What a page on MongoDB asks of its collection, on a map that two clients may share: filters and a unique `_id`. */
export function mongodbCollection(rows: Map<string, Row>) {
  const found = (filter: Item) =>
    [...rows.values()].find((row) => Object.entries(filter).every(([name, value]) => row[name] === value))
  return {
    async findOne(filter: Item) {
      await turn()
      return structuredClone(found(filter) ?? null)
    },
    async insertOne(row: Row) {
      await turn()
      if (rows.has(row._id)) throw Object.assign(new Error('E11000 duplicate key error'), { code: 11000 })
      rows.set(row._id, structuredClone(row))
    },
    async updateOne(filter: Item, { $set }: { readonly $set: Item }) {
      await turn()
      const row = found(filter)
      if (row !== undefined) rows.set(row._id, structuredClone({ ...row, ...$set }))
      return { matchedCount: row === undefined ? 0 : 1 }
    },
    async deleteOne(filter: Item) {
      await turn()
      return { deletedCount: rows.delete(found(filter)?._id ?? '') ? 1 : 0 }
    },
    async *find() {
      for (const row of [...rows.values()]) {
        await turn()
        yield row
      }
    },
  }
}
