/* paste.js: marks for a whole text that is pasted: what was added is shown on a green ground. The work is done in a worker. */
import { number, say } from './i18n.js'

const at = id => document.getElementById(id)
/* A page of more text than this gets slow: the rest is not shown, but copied and saved. */
const SHOWN_MAX = 200000 // code units

/* The same words in both, since nothing but marks changes. */
function showDiff(from, text, into) {
  const before = from.split(/(\s+)/), after = text.split(/(\s+)/)
  if (before.length !== after.length) return 0
  let changed = 0, same = ''
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) {
      same += after[i]
      continue
    }
    changed++
    if (same) into?.append(same)
    same = ''
    into?.append(Object.assign(document.createElement('ins'), { textContent: after[i] }))
  }
  if (same) into?.append(same)
  return changed
}

/* The worker is there from the start, so that nothing has to be fetched later, but opens the model only when it is needed. Resolves
 * when it runs. */
export function startPaste(module, bytes) {
  const worker = new Worker(new URL('paste-worker.js', import.meta.url), { type: 'module' })
  let whole = '', words = 0, started = 0, pending
  const runs = new Promise(resolve => worker.addEventListener('message', resolve, { once: true }))

  const show = () => {
    at('restored').append(pending)
    pending = document.createDocumentFragment()
  }
  const end = note => {
    if (whole.length > SHOWN_MAX) pending.append(`\n… ${say('not_all_shown')}`)
    show()
    at('restore').disabled = at('copy-restored').disabled = at('save').disabled = false
    at('cancel').hidden = at('restore-progress').hidden = true
    at('restore-note').textContent = note
  }
  worker.onmessage = ({ data }) => {
    if (data.runs) at('restore').disabled = false
    else if (data.error) end(data.error)
    else if (data.cancelled) end(say('cancelled'))
    else if (data.finished) end(say('restored_note', { words: number(words), ms: number(performance.now() - started) }))
    else {
      words += showDiff(data.from, data.text, whole.length < SHOWN_MAX ? pending : null)
      whole += data.text
      at('restore-progress').value = data.done
      if (pending.childNodes.length > 500) show()
    }
  }
  at('restore').addEventListener('click', () => {
    whole = ''
    words = 0
    pending = document.createDocumentFragment()
    started = performance.now()
    at('restored').replaceChildren()
    at('restore').disabled = at('copy-restored').disabled = at('save').disabled = true
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
  at('save').addEventListener('click', () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([whole], { type: 'text/plain;charset=utf-8' }))
    link.download = 'bon.txt'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  })
  return runs
}
