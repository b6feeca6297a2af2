/* paste.js: marks for a whole text that is pasted: what was added is shown on a green ground. The work is done in a worker. */
import { number, say } from './i18n.js'

const at = id => document.getElementById(id)
/* Beyond this many words a page of marked words gets slow: the rest is shown plain. */
const MARKED_MAX = 20000

/* The same words in both, since nothing but marks changes. */
function showDiff(from, text, into, budget) {
  const before = from.split(/(\s+)/), after = text.split(/(\s+)/)
  if (budget.left <= 0 || before.length !== after.length) return void into.append(text), 0
  let changed = 0, same = ''
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) {
      same += after[i]
      continue
    }
    changed++
    if (same) into.append(same)
    same = ''
    into.append(Object.assign(document.createElement('ins'), { textContent: after[i] }))
  }
  if (same) into.append(same)
  budget.left -= changed
  return changed
}

/* The worker is there from the start, so that nothing has to be fetched later, but opens the model only when it is needed. Resolves
 * when it runs. */
export function startPaste(module, bytes) {
  const worker = new Worker(new URL('paste-worker.js', import.meta.url), { type: 'module' })
  let whole = '', words = 0, started = 0, budget, pending
  const runs = new Promise(resolve => worker.addEventListener('message', resolve, { once: true }))

  const show = () => {
    at('restored').append(pending)
    pending = document.createDocumentFragment()
  }
  const end = note => {
    show()
    at('restore').disabled = at('copy-restored').disabled = false
    at('cancel').hidden = at('restore-progress').hidden = true
    at('restore-note').textContent = note
  }
  worker.onmessage = ({ data }) => {
    if (data.runs) at('restore').disabled = false
    else if (data.error) end(data.error)
    else if (data.cancelled) end(say('cancelled'))
    else if (data.finished) end(say('restored_note', { words: number(words), ms: number(performance.now() - started) }))
    else {
      whole += data.text
      words += showDiff(data.from, data.text, pending, budget)
      at('restore-progress').value = data.done
      if (pending.childNodes.length > 500) show()
    }
  }
  at('restore').addEventListener('click', () => {
    whole = ''
    words = 0
    budget = { left: MARKED_MAX }
    pending = document.createDocumentFragment()
    started = performance.now()
    at('restored').replaceChildren()
    at('restore').disabled = at('copy-restored').disabled = true
    at('restore-note').textContent = ''
    at('cancel').hidden = at('restore-progress').hidden = false
    at('restore-progress').value = 0
    if (bytes) worker.postMessage({ module, bytes })
    bytes = null
    worker.postMessage({ text: at('plain').value })
  })
  at('cancel').addEventListener('click', () => worker.postMessage({ cancel: true }))
  at('copy-restored').addEventListener('click', async () => {
    await navigator.clipboard.writeText(whole)
    at('restore-note').textContent = say('copied')
  })
  return runs
}
