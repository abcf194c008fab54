/** Answers by question, in the order of the file. The latest answer is the last. A map is replaced, never changed. */
export type Answers = ReadonlyMap<string, readonly string[]>

/** Questions with their answers, in order. */
export type AnswerEntries = readonly (readonly [question: string, answers: readonly string[]])[]

/** What a cache got from another. */
export interface Merged {
  /** How many questions were new. */
  readonly questions: number
  /** How many answers were new, including those to new questions. */
  readonly answers: number
}

/** What was dropped from a cache. */
export interface Cleaned {
  /** How many questions were dropped, because they had no answer or were empty themselves. */
  readonly questions: number
  /** How many answers were repeated later in their list. */
  readonly duplicates: number
  /** How many answers were empty. */
  readonly empty: number
}

/** Add an answer as the latest. The same map if it is the latest already. */
export function withAnswer(answers: Answers, question: string, answer: string): Answers {
  const known = answers.get(question) ?? []
  if (known.at(-1) === answer) return answers
  return new Map([...answers, [question, [...known.filter((one) => one !== answer), answer]]])
}

/** Drop a question. The same map if it is not known. */
export function withoutQuestion(answers: Answers, question: string): Answers {
  if (!answers.has(question)) return answers
  return new Map([...answers].filter(([known]) => known !== question))
}

/** Drop an answer, and the question with its last one. The same map if the answer is not known. */
export function withoutAnswer(answers: Answers, question: string, answer: string): Answers {
  const known = answers.get(question) ?? []
  const left = known.filter((one) => one !== answer)
  if (left.length === known.length) return answers
  return left.length === 0 ? withoutQuestion(answers, question) : new Map([...answers, [question, left]])
}

/** Unite two sets of answers. What is new comes last, in its order. */
export function mergedWith(
  answers: Answers,
  others: AnswerEntries,
): { readonly answers: Answers; readonly came: Merged } {
  const merged = new Map(answers)
  let answersCame = 0
  for (const [question, more] of others) {
    const known = merged.get(question) ?? []
    const own = new Set(known)
    const fresh = [...new Set(more)].filter((one) => !own.has(one))
    answersCame += fresh.length
    merged.set(question, [...known, ...fresh])
  }
  return { answers: merged, came: Object.freeze({ questions: merged.size - answers.size, answers: answersCame }) }
}

/** Drop what is empty or repeated. Of repeated answers the last stays, so that the latest answer remains the latest. */
export function clean(answers: Answers): { readonly answers: Answers; readonly went: Cleaned } {
  const clean = new Map<string, readonly string[]>()
  let [duplicates, empty] = [0, 0]
  for (const [question, list] of answers) {
    const filled = list.filter((one) => one !== '')
    const unique = [...new Set(filled.toReversed())].toReversed()
    empty += list.length - filled.length
    duplicates += filled.length - unique.length
    if (question !== '' && unique.length > 0) clean.set(question, unique)
  }
  const went = Object.freeze({ questions: answers.size - clean.size, duplicates, empty })
  const isClean = went.questions + duplicates + empty === 0
  return { answers: isClean ? answers : clean, went }
}
