import { type FactorRoute, requiredText, textOf } from '@latchkey/core'
import { type Address, mask } from './destination.ts'

/** The route that tells a user during login which addresses a code could go to, so that the user can choose one. It sends nothing. */
export const addressesRoute: FactorRoute = {
  name: 'one_time_code.addresses',
  method: 'POST',
  path: '/mfa/one-time-code/addresses',
  access: 'anyone',
  limited: true,
  fields: { ephemeral_token: requiredText },
  answer: {
    type: 'object',
    required: ['addresses'],
    properties: {
      addresses: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'channel', 'sent_to'],
          properties: { id: { type: 'string' }, channel: { enum: ['mail', 'sms'] }, sent_to: { type: 'string' } },
        },
      },
    },
  },
  async handle(call) {
    const { authenticators } = await call.openChallenge(textOf(call.body, 'ephemeral_token'))
    const addresses = authenticators.map(({ id, data }) => {
      const address = data as Address
      return { id, channel: address.channel, sent_to: mask(address) }
    })
    return { addresses }
  },
}
