/* app.js: loads the module and the model, then hands them to the three parts of the page. Once loaded nothing asks the network:
 * the service worker keeps every file, and the counter in the footer would show it.
 */
import { load } from './bon.js'
import { startEditor } from './editor.js'
import { apply, number, onLanguage, say, switchLanguage } from './i18n.js'
import { startPaste } from './paste.js'
import { startTools } from './tools.js'
import { modelBytes } from './version.js'

const at = id => document.getElementById(id)

/* ---- tabs: arrows move, as the pattern for tabs asks ---- */

const tabs = [...document.querySelectorAll('[role=tab]')]
function show(tab) {
  for (const other of tabs) {
    const chosen = other === tab
    other.setAttribute('aria-selected', chosen)
    other.tabIndex = chosen ? 0 : -1
    at(other.getAttribute('aria-controls')).hidden = !chosen
  }
}
for (const [i, tab] of tabs.entries()) {
  tab.addEventListener('click', () => show(tab))
  tab.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    const next = tabs[(i + step + tabs.length) % tabs.length]
    show(next)
    next.focus()
  })
}

/* ---- language ---- */

at('language').addEventListener('click', switchLanguage)
apply()
onLanguage(() => {
  at('language').textContent = say('language')
  at('keys-help').replaceChildren(...say('keys_help').map(line => Object.assign(document.createElement('p'), { textContent: line })))
})

/* ---- loading ---- */

function trouble(name, error) {
  const tell = () => { at('trouble').textContent = say(name, { why: error.message }) }
  at('trouble').hidden = false
  onLanguage(tell)
}

async function fetchModel() {
  const response = await fetch('vi.bonlm')
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  const bytes = new Uint8Array(modelBytes), reader = response.body.getReader()
  let done = 0
  for (let part; !(part = await reader.read()).done; done += part.value.length) {
    if (done + part.value.length > bytes.length) throw new Error('vi.bonlm: longer than it should be')
    bytes.set(part.value, done)
    at('progress').value = (done + part.value.length) / modelBytes
    at('loading-note').textContent = say('loading_note', { done: number((done + part.value.length) / 1e6, 1), all: number(modelBytes / 1e6, 1) })
  }
  return bytes.subarray(0, done)
}

async function start() {
  let module, bon, model = null
  const [source, modelSource] = [fetch('bon.wasm'), fetchModel().catch(error => error)]
  try {
    const response = await source
    if (!response.ok) throw new Error(`bon.wasm: ${response.status} ${response.statusText}`)
    module = await WebAssembly.compile(await response.arrayBuffer())
    bon = await load(module)
  } catch (error) {
    return trouble('no_wasm', error)
  }
  const bytes = await modelSource
  try {
    if (bytes instanceof Error) throw bytes
    model = bon.openModel(bytes)
  } catch (error) {
    trouble('no_model', error)
  }
  at('loading').hidden = true
  startEditor(bon, model)
  startTools(bon)
  if (model) await startPaste(module, bytes)
  countRequests()
  keepForOffline()
  document.documentElement.dataset.ready = model ? 'full' : 'keys'
}

async function keepForOffline() {
  try {
    await navigator.serviceWorker.register('sw.js', { type: 'module' })
    await navigator.serviceWorker.ready
    onLanguage(() => { at('offline').textContent = say('offline') })
  } catch {
    /* Without a service worker (a private window, plain http) the page works while it is open. */
  }
}

function countRequests() {
  let count = 0
  const tell = () => { at('requests').textContent = say('requests', { count }) }
  new PerformanceObserver(list => {
    count += list.getEntries().length
    tell()
  }).observe({ type: 'resource' })
  onLanguage(tell)
}

start()
