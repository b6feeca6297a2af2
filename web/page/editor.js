/* editor.js: a text field that is the input method. The window of words that may still change (the preedit) is part of the
 * field's text, [start, end); every key goes to the engine, and what it answers replaces that stretch. Doubtful words are shaded
 * on a layer behind the field. Where keys are not told one by one (keyboards of phones), what was inserted is typed again as
 * keys.
 */
import { number, onLanguage, say } from './i18n.js'

const at = id => document.getElementById(id)
const SHADE_AFTER = 120 // ms without a key
const DOUBT = 0.9, MORE_DOUBT = 0.6

export function startEditor(bon, model) {
  const field = at('editor'), list = at('candidates'), shade = at('shade')
  let ime, start = 0, end = 0, shown = field.value, keys = 0, time = 0, timer = 0, choosing = false

  const options = () => ({ method: at('method').value, toneStyle: at('tone-style').value, prediction: at('prediction').value, model,
    reopen: true, hints: false })
  if (!model) {
    at('prediction').value = 'english'
    at('prediction').querySelector('[value=full]').disabled = true
  }
  ime = bon.openIme(options())

  /* ---- what a key did ---- */

  function carryOut(result) {
    let from = start
    if (result.deleteBefore) from -= [...field.value.slice(0, start)].slice(-result.deleteBefore).join('').length
    field.setRangeText(result.commit + result.preedit, from, end)
    start = from + result.commit.length
    end = start + result.preedit.length
    field.selectionStart = field.selectionEnd = start + result.cursor
    shown = field.value
    showCandidates(result)
    clearTimeout(timer)
    timer = setTimeout(rest, SHADE_AFTER)
    return result
  }

  function timed(run) {
    const before = performance.now()
    const result = carryOut(run())
    time += performance.now() - before
    keys++
    return result
  }

  /* What may wait until the typist does. */
  function rest() {
    shadeDoubts()
    showFigures()
  }

  /* The cursor is elsewhere than behind the window: what is shown there stays, and typing begins anew. */
  function settle() {
    if (end > start) {
      const { selectionStart } = field, length = field.value.length
      const caret = selectionStart >= end ? selectionStart - length : selectionStart
      carryOut(ime.finish())
      const grown = field.value.length
      field.selectionStart = field.selectionEnd = caret <= 0 && selectionStart >= end ? grown + caret : selectionStart
    }
    ime.reset()
    start = end = field.selectionStart
    showCandidates({ candidates: [], selected: 0 })
  }

  const here = () => field.selectionStart === field.selectionEnd &&
    (end > start ? field.selectionStart >= start && field.selectionStart <= end : field.selectionStart === end)

  /* ---- keys ---- */

  const PASSED = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'AltGraph', 'Dead', 'Unidentified', 'Process'])
  /* Keys without a character that the engine knows what to do with, candidates shown or not. */
  const TAKEN = new Set(['Backspace', 'Tab', 'Enter', 'Escape'])
  field.addEventListener('keydown', event => {
    if (event.isComposing || PASSED.has(event.key)) return
    if (event.ctrlKey || event.metaKey || event.altKey) return settle()
    if (event.key === 'Tab' && end === start) return // leaves the field, as everywhere
    if (event.key.length > 1 && !choosing && !TAKEN.has(event.key)) return settle() // arrows and the like
    if (!here()) settle()
    if (field.selectionStart !== field.selectionEnd) return // what is selected is replaced by the field itself
    const result = timed(() => ime.key(event.key, { shift: event.shiftKey }))
    if (result.handled) event.preventDefault()
    else if (event.key.length === 1) type(event.key, event)
  })
  /* A sign that the engine leaves to the application. */
  function type(text, event) {
    event.preventDefault()
    field.setRangeText(text, end, end, 'end')
    start = end = field.selectionStart
    shown = field.value
  }

  /* Something changed the text that was no key of ours: a paste, dictation, the keyboard of a phone. */
  field.addEventListener('input', event => {
    const value = field.value
    if (value === shown) return
    const typed = !event.isComposing && /^insert(Text|CompositionText|ReplacementText)$/.test(event.inputType ?? '')
    let head = 0
    while (head < shown.length && head < value.length && shown[head] === value[head]) head++
    let tail = 0
    while (tail < shown.length - head && tail < value.length - head && shown.at(-1 - tail) === value.at(-1 - tail)) tail++
    const inserted = value.slice(head, value.length - tail)
    if (typed && head + tail === shown.length && head === end && inserted.length < 40 && !inserted.includes('\n')) {
      field.value = shown
      field.selectionStart = field.selectionEnd = end
      for (const character of inserted) {
        const result = timed(() => ime.key(character))
        if (!result.handled) {
          field.setRangeText(character, end, end, 'end')
          start = end = field.selectionStart
        }
      }
      shown = field.value
      return
    }
    shown = value
    ime.reset()
    start = end = field.selectionStart
    shadeDoubts()
  })
  field.addEventListener('pointerdown', () => setTimeout(() => { if (!here()) settle() }))
  field.addEventListener('blur', () => setTimeout(() => { if (!list.contains(document.activeElement)) settle() }))

  /* ---- candidates: by keys, click or touch ---- */

  function showCandidates({ candidates, selected }) {
    choosing = candidates.length > 0
    list.hidden = !choosing
    field.setAttribute('aria-expanded', choosing)
    if (!choosing) return field.removeAttribute('aria-activedescendant')
    list.replaceChildren(...candidates.map((candidate, i) => {
      const item = document.createElement('li')
      item.id = `candidate-${i}`
      item.setAttribute('role', 'option')
      item.setAttribute('aria-selected', i === selected)
      item.append(Object.assign(document.createElement('small'), { textContent: i + 1 }), candidate)
      item.addEventListener('pointerdown', event => {
        event.preventDefault() // the field keeps the focus
        carryOut(ime.choose(i))
      })
      return item
    }))
    if (selected < candidates.length) field.setAttribute('aria-activedescendant', `candidate-${selected}`)
    placeBelow(end)
  }
  field.setAttribute('role', 'combobox')
  field.setAttribute('aria-multiline', 'true')
  field.setAttribute('aria-haspopup', 'listbox')
  field.setAttribute('aria-controls', 'candidates')
  field.setAttribute('aria-expanded', 'false')

  /* Where a place of the text is on the screen: the layer behind is laid out as the field is. */
  function placeBelow(offset) {
    paintShade([], offset)
    const caret = shade.querySelector('span').getBoundingClientRect(), paper = at('paper').getBoundingClientRect()
    const most = Math.max(0, paper.width - list.offsetWidth)
    list.style.left = `${Math.min(Math.max(0, caret.left - paper.left), most)}px`
    list.style.top = `${caret.bottom - paper.top + 4}px`
  }

  /* ---- shading ---- */

  function paintShade(marks, caret) {
    const text = field.value, parts = []
    let last = 0
    const upTo = (offset, ...more) => {
      parts.push(text.slice(last, offset), ...more)
      last = offset
    }
    for (const { start: from, end: to, confidence } of marks) {
      upTo(from)
      const mark = Object.assign(document.createElement('mark'), { textContent: text.slice(from, to) })
      if (confidence < MORE_DOUBT) mark.className = 'more'
      parts.push(mark)
      last = to
    }
    if (caret !== undefined) upTo(caret, document.createElement('span'))
    parts.push(text.slice(last), '\n')
    shade.replaceChildren(...parts)
    shade.scrollTop = field.scrollTop
  }
  field.addEventListener('scroll', () => { shade.scrollTop = field.scrollTop })

  /* A word is doubtful where the model, asked for the line without its marks, would write what stands there, but is not sure.
   * Words that the typist marked otherwise are sure. */
  function shadeDoubts() {
    if (!model || at('prediction').value !== 'full') return paintShade([])
    const marks = []
    const around = 400 // code units to either side of the cursor: the rest was seen before
    let offset = Math.max(0, field.value.lastIndexOf('\n', Math.max(0, end - around)) + 1)
    for (const line of field.value.slice(offset, end + around).split('\n')) {
      const guess = model.restoreLine(bon.strip(line))
      if (guess.text.length === line.length)
        for (const span of guess.spans)
          if (span.confidence < DOUBT && offset + span.end !== end && guess.text.slice(span.start, span.end) === line.slice(span.start, span.end))
            marks.push({ start: offset + span.start, end: offset + span.end, confidence: span.confidence })
      offset += line.length + 1
    }
    paintShade(marks)
  }

  /* ---- the line of figures ---- */

  function showFigures() {
    const full = bon.encodeKeys(field.value, { method: at('method').value }).replaceAll('{Right}', ' ').length
    at('figures').textContent = say('figures', { keys: number(keys), full: number(full), saved: number(Math.max(0, full - keys)),
      ms: number(keys ? time / keys : 0, 2) })
  }
  onLanguage(showFigures)

  /* ---- buttons and settings ---- */

  at('clear').addEventListener('click', () => {
    ime.reset()
    field.value = shown = ''
    start = end = keys = time = 0
    paintShade([])
    showFigures()
    field.focus()
  })
  at('copy-typed').addEventListener('click', async () => {
    settle()
    await navigator.clipboard.writeText(field.value)
    at('figures').textContent = say('copied')
  })
  for (const id of ['method', 'prediction', 'tone-style'])
    at(id).addEventListener('change', () => {
      settle()
      ime.set(options())
      shadeDoubts()
    })
  field.focus()
}
