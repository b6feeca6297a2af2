/* tools.js: normalization with its report, keys and text, a syllable taken apart. */
import { number, onLanguage, say } from './i18n.js'

const at = id => document.getElementById(id)

/* Text with what changed on a green ground. */
function showChanges(made) {
  const parts = []
  let last = 0
  for (const { start, end } of made.changes) {
    parts.push(made.text.slice(last, start))
    if (end > start) parts.push(Object.assign(document.createElement('ins'), { textContent: made.text.slice(start, end) }))
    last = end
  }
  at('clean').replaceChildren(...parts, made.text.slice(last))
}

function showRules(counts) {
  const rows = Object.entries(counts).map(([name, count]) => {
    const row = document.createElement('tr')
    row.append(...[name, number(count)].map(text => Object.assign(document.createElement('td'), { textContent: text })))
    return row
  })
  at('rules').hidden = rows.length === 0
  at('rules').tBodies[0].replaceChildren(...rows)
  if (rows.length === 0) at('clean').append(` — ${say('nothing_changed')}`)
}

export function startTools(bon) {
  at('normalize').addEventListener('click', () => {
    const made = bon.normalize(at('messy').value)
    showChanges(made)
    showRules(made.counts)
  })

  const method = () => at('method').value
  at('keys').addEventListener('input', () => { at('text').value = bon.decodeKeys(at('keys').value, { method: method() }) })
  at('text').addEventListener('input', () => { at('keys').value = bon.encodeKeys(at('text').value, { method: method() }) })

  const analyse = () => {
    const word = at('syllable').value.trim()
    const found = word && bon.syllable(word)
    at('syllable-answer').textContent = !word ? ''
      : found ? say('syllable_answer', { code: found.code, tone: found.tone, tones: Object.values(found.tones).join(', ') })
        : say('syllable_none', { word })
  }
  at('syllable').addEventListener('input', analyse)
  onLanguage(analyse)
}
