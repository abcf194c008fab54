import { bearerTokens } from './bugs/bearer-tokens.mjs'
import { client } from './bugs/client.mjs'
import { clientFiles } from './bugs/client-files.mjs'
import { clocks } from './bugs/clocks.mjs'
import { command } from './bugs/command.mjs'
import { databases } from './bugs/databases.mjs'
import { enrollees } from './bugs/enrollee.mjs'
import { enrollment, recoveryCodes, sessions } from './bugs/enrollment.mjs'
import { guessing } from './bugs/guessing.mjs'
import { oneTimeCodes } from './bugs/one-time-code.mjs'
import { ports } from './bugs/ports.mjs'
import { questions } from './bugs/questions.mjs'
import { replay } from './bugs/replay.mjs'
import { crossSite, malformed } from './bugs/requests.mjs'
import { resource } from './bugs/resource.mjs'
import { sqlite } from './bugs/sqlite.mjs'
import { secrets, storage } from './bugs/storage.mjs'
import { token } from './bugs/tokens.mjs'

/**
 * Changes that open a hole each, in the order of the threats.
 * @type {readonly import('./bug.d.ts').PlantedBug[]}
 */
export const bugs = [
  ...guessing,
  ...replay,
  ...token,
  ...bearerTokens,
  ...enrollment,
  ...enrollees,
  ...recoveryCodes,
  ...oneTimeCodes,
  ...sessions,
  ...resource,
  ...malformed,
  ...crossSite,
  ...storage,
  ...sqlite,
  ...databases,
  ...clocks,
  ...questions,
  ...secrets,
  ...client,
  ...clientFiles,
  ...command,
  ...ports,
]
