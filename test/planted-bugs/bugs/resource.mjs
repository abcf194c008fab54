const owner = 'core/src/routes/resource/owner.ts'
const secretRoutes = 'core/src/routes/resource/secret-routes.ts'
const removal = 'core/src/operations/account/authenticators.ts'
const enrollment = 'resource-enrollment'
const items = 'packages/core/test/routes/resource-items.test.ts'

/**
 * What the resource must not open beside the other routes.
 * @type {readonly import('../bug.d.ts').PlantedBug[]}
 */
export const resource = [
  {
    name: "another user's path is answered as one's own",
    threats: ['resource'],
    changes: [{ file: owner, search: "params['userId'] !== userOf(call).id", replace: "params['userId'] === ''" }],
  },
  {
    name: 'a path names its user in any case',
    threats: ['resource'],
    changes: [
      {
        file: owner,
        search: "params['userId'] !== userOf(call).id",
        replace: "params['userId']?.toLowerCase() !== userOf(call).id.toLowerCase()",
      },
    ],
  },
  {
    name: 'a path that cannot be decoded is an error of the app',
    threats: ['resource'],
    changes: [
      {
        file: owner,
        search: "throw new MfaError('not_found')\n  }\n}",
        replace: "throw new Error('malformed')\n  }\n}",
      },
    ],
  },
  {
    name: 'the user whom the path names is acted for',
    test: "another user's path: DELETE secrets",
    threats: ['resource'],
    changes: [
      { file: owner, search: "if (params['userId'] !== userOf(call).id) throw new MfaError('not_found')", replace: '' },
      {
        file: secretRoutes,
        search: 'await removeAuthenticators(core, userOf(call).id,',
        replace: "await removeAuthenticators(core, call.params['userId'] as string,",
      },
    ],
  },
  {
    name: 'a further secret is created without a fresh proof',
    threats: [enrollment],
    changes: [
      {
        file: secretRoutes,
        search: '{ ...beginningOf(call), fields: {} }',
        replace: '{ ...beginningOf(call), fields: {}, provedAt: call.core.now() }',
      },
    ],
  },
  {
    name: 'all secrets are removed without a fresh proof',
    threats: [enrollment],
    changes: [
      {
        file: removal,
        search: 'freshRefusal(core, record, { provedAt, nowMs })',
        replace: 'freshRefusal(core, record, { provedAt: nowMs ?? provedAt, nowMs })',
      },
    ],
  },
  {
    name: 'all secrets are removed, and the tokens live on',
    threats: [enrollment],
    changes: [
      {
        file: removal,
        search: 'withoutAuthenticators(core, record, gone)',
        replace: '{ ...withoutAuthenticators(core, record, gone), epoch: record.epoch }',
      },
    ],
  },
  {
    name: 'a token of the resource may be a number',
    threats: [enrollment],
    changes: [
      {
        file: secretRoutes,
        search: 'token: requiredCode',
        replace: "token: { ...requiredCode, check: (value) => (value === undefined ? 'is required' : null) }",
      },
      { file: secretRoutes, search: "textOf(body, 'token')", replace: "String(body['token'])" },
    ],
  },
  {
    name: 'the resource removes authenticators of other factors',
    threats: [items],
    changes: [
      {
        file: secretRoutes,
        search: "return { id: paramOf(call, 'secretId'), factor,",
        replace: "return { id: paramOf(call, 'secretId'),",
      },
    ],
  },
  {
    name: 'the limiter is not asked where the resource reads a token',
    threats: ['packages/core/test/routes/resource.test.ts'],
    changes: [{ file: secretRoutes, search: '    limited: true,\n', replace: '' }],
  },
]
