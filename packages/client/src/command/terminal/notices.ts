import type { Notice, NoticeListener } from '../../ports.ts'
import type { Shell } from '../shell.ts'

/** Make a listener that tells a person what the client does by itself. */
export function noticeListener({ say }: Pick<Shell, 'say'>): NoticeListener {
  return (notice) => say(tell(notice))
}

const reasons = {
  step_used: 'the code of this time step was used already',
  step_ends: 'the code ends at once',
  unreachable: 'the server cannot be reached',
}

function tell(notice: Notice): string {
  if (notice.type === 'waiting') return `Waiting ${notice.seconds} s: ${reasons[notice.reason]}.`
  if (notice.type === 'mode_repaired') return `Others could read ${notice.file}; now they cannot.`
  if (notice.type === 'not_remembered') return `Signed in, but the answer could not be kept: ${notice.reason}`
  const { method, attemptsRemaining } = notice
  const left = attemptsRemaining === undefined ? '' : ` Tries left: ${attemptsRemaining}.`
  return `The server refused what was known for ${method}.${left}`
}
