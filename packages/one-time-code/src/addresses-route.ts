import type { FactorRoute } from '@latchkey/core'
import { type Address, mask } from './destination.ts'

/** The route that tells somebody on the way in where a code could go, so that one can be chosen. It sends nothing. */
export const addressesRoute: FactorRoute = {
  name: 'one_time_code.addresses',
  method: 'POST',
  path: '/mfa/one-time-code/addresses',
  access: 'anyone',
  limited: true,
  fields: { ephemeral_token: (value) => (typeof value === 'string' ? null : 'must be a string') },
  async handle(call) {
    const { authenticators } = await call.challenged(call.body['ephemeral_token'] as string)
    const addresses = authenticators.map(({ id, data }) => {
      const address = data as Address
      return { id, channel: address.channel, sent_to: mask(address) }
    })
    return { addresses }
  },
}
