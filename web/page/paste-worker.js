/* paste-worker.js: restores a whole text beside the page, a few lines at a time, so that it can be cancelled and progress shown. */
import { load } from './bon.js'

const CHUNK = 4000 // code units: some tens of milliseconds
let model = null, current = 0

const open = async ({ module, bytes }) => (await load(module)).openModel(bytes)

/* Whole lines where there are line ends; a line without end is cut at blanks. */
function* chunks(text) {
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + CHUNK)
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end) + 1, blank = text.lastIndexOf(' ', end) + 1
      if (line > at) end = line
      else if (blank > at) end = blank
      else while (end < text.length && !/\s/.test(text[end])) end++
    }
    yield text.slice(at, end)
    at = end
  }
}

const turn = () => new Promise(resolve => setTimeout(resolve))

onmessage = async ({ data }) => {
  if (data.bytes) return void (model = open(data))
  if (data.cancel) return void current++
  const mine = ++current
  let done = 0
  for (const chunk of chunks(data.text)) {
    let text
    try {
      text = (await model).restore(chunk)
    } catch (error) {
      return postMessage({ error: error.message })
    }
    done += chunk.length
    postMessage({ from: chunk, text, done: done / data.text.length })
    await turn() // a cancel may be waiting
    if (current !== mine) return postMessage({ cancelled: true })
  }
  postMessage({ finished: true })
}

postMessage({ runs: true })
