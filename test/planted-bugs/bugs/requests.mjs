const crossSiteFile = 'core/src/routes/cross-site.ts'
const readBody = 'core/src/routes/read-body.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const malformed = [
  {
    name: 'a body may be of any size',
    threats: ['malformed'],
    changes: [{ file: readBody, search: 'const bodyLimit = 16 * 1024', replace: 'const bodyLimit = 16 * 1024 * 1024' }],
  },
  {
    name: 'a body that another parser read may be of any size',
    test: 'a parser of the app without a limit',
    threats: ['malformed'],
    changes: [{ file: readBody, search: 'if (length > bodyLimit) throw tooLarge()', replace: '' }],
  },
  {
    name: 'the content type is not looked at',
    threats: ['cross-site', 'malformed'],
    changes: [{ file: readBody, search: '  checkMediaType(request)\n', replace: '' }],
  },
  {
    name: 'a body that somebody else dropped is an empty one',
    threats: ['malformed'],
    changes: [{ file: readBody, search: '  return asObject(parsed)\n', replace: '  return asObject(parsed ?? {})\n' }],
  },
  {
    name: 'a list is taken for an object',
    threats: ['malformed'],
    changes: [{ file: readBody, search: ' && !Array.isArray(value)', replace: '' }],
  },
  {
    name: 'a number is taken for a code',
    threats: ['malformed'],
    changes: [
      {
        file: 'core/src/fields.ts',
        search: "return typeof value === 'string' ? null : 'must be a string, in quotes",
        replace: "return typeof value === 'string' || typeof value === 'number' ? null : 'must be a string, in quotes",
      },
    ],
  },
  {
    name: 'a code that is no text is looked at',
    threats: ['malformed'],
    changes: [{ file: 'core/src/routes/fields.ts', search: 'factor?.field.check(value) ?? null', replace: 'null' }],
  },
  {
    name: 'what can be no code is charged',
    threats: ['malformed'],
    changes: [
      {
        file: 'core/src/rules/prove.ts',
        search: 'return answer === null ? [] : [{ factor, answer }]',
        replace: 'return [{ factor, answer: answer ?? given }]',
      },
    ],
  },
  {
    name: 'a token that is no text is opened',
    threats: ['malformed'],
    changes: [
      { file: 'core/src/routes/table.ts', search: 'fields: { ephemeral_token: requiredText }', replace: 'fields: {}' },
    ],
  },
]

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const crossSite = [
  {
    name: 'nobody looks where a request comes from',
    threats: ['cross-site'],
    changes: [
      {
        file: 'core/src/routes/handler.ts',
        search: "if (route.method !== 'GET') refuse",
        replace: "if (route.method === 'PUT') refuse",
      },
    ],
  },
  {
    name: 'a null origin is none',
    threats: ['cross-site'],
    changes: [
      {
        file: crossSiteFile,
        search: "const origin = request.header('origin')",
        replace: "const origin = request.header('origin')?.replace(/^null$/, '') || undefined",
      },
    ],
  },
  {
    name: 'an origin that begins like ours is ours',
    threats: ['cross-site'],
    changes: [
      {
        file: crossSiteFile,
        search: '[ownOrigin(request)]).includes(origin)',
        replace: '[ownOrigin(request)]).some((own) => origin.startsWith(own))',
      },
    ],
  },
  {
    name: "a same-site page is the app's own",
    threats: ['cross-site'],
    changes: [{ file: crossSiteFile, search: "site === 'none'", replace: "site === 'none' || site === 'same-site'" }],
  },
  {
    name: 'an allowed Sec-Fetch-Site makes up for a foreign origin',
    threats: ['cross-site'],
    changes: [
      {
        file: crossSiteFile,
        search: 'if (!isOurs) throw',
        replace: "if (!isOurs && site !== 'same-origin' && site !== 'none') throw",
      },
    ],
  },
  {
    name: "Koa takes the client's Origin for its own",
    test: 'Koa 3',
    threats: ['cross-site'],
    changes: [
      {
        file: 'koa/src/koa-mfa.ts',
        search: 'return `${this.ctx.protocol}://${this.ctx.host}`',
        replace: 'return this.ctx.origin',
      },
    ],
  },
  {
    name: 'Express believes a forwarded host without a proxy',
    threats: ['cross-site'],
    changes: [
      {
        file: 'express/src/express-mfa.ts',
        search: "trusts(req.socket.remoteAddress, 0) ? req.get('X-Forwarded-Host') : undefined",
        replace: "trusts ? req.get('X-Forwarded-Host') : undefined",
      },
    ],
  },
]
