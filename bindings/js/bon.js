/* bon.js: libbon in a browser, in Node, in a bundler. Nothing leaves the page: the module is WebAssembly and asks for no network
 * by itself; the model is bytes that you give.
 *
 *     import { load } from './bon.js'
 *     const bon = await load(await fetch('bon.wasm'))
 *     const model = bon.openModel(new Uint8Array(await (await fetch('vi.bonlm')).arrayBuffer()))
 *     model.restore('toi dang hoc tieng viet')                 // 'tôi đang học tiếng việt'
 *
 * Text is JavaScript strings; offsets are in UTF-16 code units, as everywhere in JavaScript. What fails throws an Error with
 * the library's reason. web/core.c is the other half: addresses and 32-bit words.
 */

export const METHODS = ['telex', 'simple-telex', 'vni', 'viqr']
export const PREDICTIONS = ['off', 'english', 'full']
export const TONES = ['ngang', 'huyền', 'sắc', 'hỏi', 'ngã', 'nặng']

/* Bits of options by name (bon/ime.h). */
const FLAGS = { strictMarks: 1, noUndo: 2, restore: 4, quickTelex: 8, quickInitials: 16, quickFinals: 32, autoCapital: 64, reopen: 128,
  noLearn: 256, hints: 512 }
const MODIFIERS = { shift: 1, control: 2, alt: 4, meta: 8 }
/* Keys that type nothing, by KeyboardEvent.key. */
const KEYS = { Backspace: 0, Tab: 1, Enter: 2, Escape: 3, ArrowLeft: 4, ArrowRight: 5, ArrowUp: 6, ArrowDown: 7, Home: 8, End: 9,
  Delete: 10, Other: 11 }
const FIRST_KEY = 0x110000

const FORMS = ['NFC', 'NFD', 'NFKC']

/* source: a Response, bytes, or a compiled WebAssembly.Module. */
export async function load(source) {
  let memory
  const imports = {
    bon: {
      fold: (c, upper) => {
        const text = String.fromCodePoint(c)
        const folded = upper ? text.toUpperCase() : text.toLowerCase()
        return folded.length === text.length ? folded.codePointAt(0) : c
      },
      /* UTF-16 in, UTF-16 out; with no room, -1 for "would stay as it is". The length it needs, written only when it fits. */
      normalize: (form, text, n, out, cap) => {
        const units = new Uint16Array(memory.buffer, text, n)
        let given = ''
        for (let i = 0; i < n; i += 8192) given += String.fromCharCode(...units.subarray(i, Math.min(n, i + 8192)))
        const made = given.normalize(FORMS[form])
        if (cap === 0 && made === given) return -1
        if (made.length <= cap) {
          const room = new Uint16Array(memory.buffer, out, cap)
          for (let i = 0; i < made.length; i++) room[i] = made.charCodeAt(i)
        }
        return made.length
      },
    },
    env: { emscripten_notify_memory_growth() {} },
  }
  const instance = await instantiate(source, imports)
  memory = instance.exports.memory
  instance.exports._initialize?.()
  return new Bon(instance.exports)
}

async function instantiate(source, imports) {
  if (source instanceof WebAssembly.Module) return WebAssembly.instantiate(source, imports)
  if (typeof Response === 'function' && source instanceof Response) {
    if (!source.ok) throw new Error(`bon.wasm: ${source.status} ${source.statusText}`)
    source = await source.arrayBuffer() // streaming wants a content type that simple servers do not send
  }
  return (await WebAssembly.instantiate(source, imports)).instance
}

/* Where in a string each UTF-8 byte offset is, for offsets that ascend. */
function unitsOf(text) {
  let bytes = 0, units = 0
  return offset => {
    while (bytes < offset && units < text.length) {
      const c = text.codePointAt(units)
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4
      units += c > 0xffff ? 2 : 1
    }
    return units
  }
}

class Bon {
  #wasm
  #encoder = new TextEncoder()
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  constructor(wasm) {
    this.#wasm = wasm
  }

  get version() { return this.#string(this.#wasm.version()) }
  /* Bytes of memory that the module holds. */
  get memory() { return this.#wasm.memory.buffer.byteLength }

  /* ---- what crosses the border ---- */

  #words(n) { return new Uint32Array(this.#wasm.memory.buffer, this.#wasm.answer(), n) }
  #rows(address, n) { return new Uint32Array(this.#wasm.memory.buffer, address, n) }
  #text(address, n) { return this.#decoder.decode(new Uint8Array(this.#wasm.memory.buffer, address, n)) }
  #string(address) {
    const bytes = new Uint8Array(this.#wasm.memory.buffer, address)
    return this.#decoder.decode(bytes.subarray(0, bytes.indexOf(0)))
  }
  /* Runs with a string in the module's memory. */
  #with(text, run) {
    const bytes = this.#encoder.encode(text)
    const address = this.#wasm.alloc(bytes.length)
    if (!address) throw new Error('out of memory')
    try {
      new Uint8Array(this.#wasm.memory.buffer).set(bytes, address)
      return run(address, bytes.length)
    } finally {
      this.#wasm.free(address)
    }
  }
  #check(good) {
    if (!good) throw new Error(this.#string(this.#wasm.message()) || 'out of memory')
    return good
  }
  #answered(good) {
    this.#check(good)
    const [address, n] = this.#words(2)
    return this.#text(address, n)
  }

  /* ---- models ---- */

  /* A model's bytes (a .bonlm file): copied and verified. toneStyle: 'old' (hòa) or 'new' (hoà). */
  openModel(bytes, { toneStyle = 'old' } = {}) {
    const wasm = this.#wasm
    const address = wasm.alloc(bytes.length)
    if (!address) throw new Error('out of memory')
    new Uint8Array(wasm.memory.buffer).set(bytes, address)
    const handle = this.#check(wasm.model_open(address, bytes.length, toneStyle === 'new' ? 1 : 0))
    return {
      handle,
      /* Text with its marks; nothing else changes. */
      restore: text => this.#with(text, (at, n) => this.#answered(wasm.restore(handle, at, n))),
      /* One line, and which words of it could be restored: start and end in the text given back, and how sure it is, 0 to 1. */
      restoreLine: line => this.#with(line, (at, n) => {
        const text = this.#answered(wasm.restore_line(handle, at, n))
        const [, , address, count] = this.#words(4)
        const rows = this.#rows(address, 6 * count), before = unitsOf(line), after = unitsOf(text)
        const spans = []
        for (let i = 0; i < 6 * count; i += 6)
          spans.push({ from: before(rows[i]), fromEnd: before(rows[i] + rows[i + 1]), start: after(rows[i + 2]),
            end: after(rows[i + 2] + rows[i + 3]), confidence: rows[i + 4] / 1e6 })
        return { text, spans }
      }),
      close: () => wasm.model_close(handle),
    }
  }

  /* ---- the input method ---- */

  /* options: method (METHODS), toneStyle, prediction (PREDICTIONS; 'full' needs model), model, and switches by name:
   * autoCapital, reopen, hints and so on. */
  openIme(options = {}) {
    const wasm = this.#wasm
    const numbers = o => {
      let flags = 0
      for (const name in FLAGS) if (o[name]) flags |= FLAGS[name]
      return [Math.max(0, METHODS.indexOf(o.method ?? 'telex')), o.toneStyle === 'new' ? 1 : 0,
        Math.max(0, PREDICTIONS.indexOf(o.prediction ?? 'off')), flags, o.model?.handle ?? 0]
    }
    const handle = this.#check(wasm.ime_open(...numbers(options)))
    const result = () => {
      const [handled, deleteBefore, commit, commitBytes, preedit, preeditBytes, cursor, list, count, selected] = this.#words(10)
      const shown = this.#text(preedit, preeditBytes)
      return { handled: handled !== 0, deleteBefore, commit: this.#text(commit, commitBytes), preedit: shown,
        cursor: unitsOf(shown)(cursor), candidates: [...this.#rows(list, count)].map(address => this.#string(address)),
        selected }
    }
    return {
      handle,
      result,
      /* key: a character, or the name of KeyboardEvent.key ('Backspace', 'ArrowLeft', ...). modifiers: {shift, control, ...} */
      key: (key, modifiers = {}) => {
        let held = 0
        for (const name in MODIFIERS) if (modifiers[name]) held |= MODIFIERS[name]
        const code = key in KEYS ? FIRST_KEY + KEYS[key] : [...key].length === 1 ? key.codePointAt(0) : FIRST_KEY + KEYS.Other
        wasm.ime_key(handle, code, held)
        return result()
      },
      choose: candidate => (wasm.ime_choose(handle, candidate), result()),
      finish: () => (wasm.ime_finish(handle), result()),
      reset: () => wasm.ime_reset(handle),
      set: changed => this.#check(wasm.ime_set(handle, ...numbers(changed))),
      close: () => wasm.ime_close(handle),
    }
  }

  /* Keys as `bon telex decode` reads them -> text. */
  decodeKeys(keys, options = {}) {
    const ime = this.openIme(options)
    let text = ''
    const apply = r => {
      if (r.deleteBefore) text = [...text].slice(0, -r.deleteBefore).join('')
      text += r.commit
      return r
    }
    try {
      for (const line of keys.split(/(\n)/)) {
        if (line === '\n') {
          apply(ime.finish())
          ime.reset()
          text += '\n'
          continue
        }
        this.#with(line, (at, n) => {
          for (let i = 0; i < n;) {
            i += this.#wasm.key_read(at + i, n - i)
            const [key, held] = this.#words(2)
            this.#wasm.ime_key(ime.handle, key, held)
            const r = apply(ime.result())
            /* What is not handled goes on to the application, which here is the text. */
            if (!r.handled && key === FIRST_KEY + KEYS.Backspace) text = [...text].slice(0, -1).join('')
            if (!r.handled && key < FIRST_KEY) text += String.fromCodePoint(key)
          }
        })
        apply(ime.finish())
      }
      return text
    } finally {
      ime.close()
    }
  }
  /* Text -> keys that type it, line by line. */
  encodeKeys(text, { method = 'telex', toneStyle = 'old' } = {}) {
    const number = Math.max(0, METHODS.indexOf(method))
    return text.split('\n').map(line => this.#with(line, (at, n) =>
      this.#answered(this.#wasm.encode(number, toneStyle === 'new' ? 1 : 0, at, n)))).join('\n')
  }

  /* ---- text ---- */

  /* The names of the rules of normalize. */
  get rules() {
    return Array.from({ length: this.#wasm.rules() }, (_, i) => this.#string(this.#wasm.rule_name(i)))
  }

  /* Clean, canonical text; how often each rule changed something; and where: start and end in the text given back, fromStart and
   * fromEnd in the text given. disable and enable are names of rules. */
  normalize(text, { toneStyle = 'old', disable = [], enable = [] } = {}) {
    const rules = this.rules
    const bits = names => names.reduce((sum, name) => {
      if (!rules.includes(name)) throw new Error(`no rule ${name}; there are ${rules.join(', ')}`)
      return sum + 2 ** rules.indexOf(name)
    }, 0)
    const disabled = bits(disable), enabled = bits(enable)
    return this.#with(text, (at, n) => {
      const made = this.#answered(this.#wasm.normalize(at, n, toneStyle === 'new' ? 1 : 0, disabled, enabled))
      const [, , counts, list, count] = this.#words(5)
      const numbers = this.#rows(counts, rules.length), rows = this.#rows(list, 4 * count)
      const before = unitsOf(text), after = unitsOf(made), changes = []
      for (let i = 0; i < 4 * count; i += 4)
        changes.push({ start: after(rows[i]), end: after(rows[i] + rows[i + 1]), fromStart: before(rows[i + 2]),
          fromEnd: before(rows[i + 2] + rows[i + 3]) })
      return { text: made, counts: Object.fromEntries(rules.map((name, i) => [name, numbers[i]]).filter(row => row[1])), changes }
    })
  }

  /* Text without its marks: tiếng -> tieng. */
  strip(text) { return this.#with(text, (at, n) => this.#answered(this.#wasm.strip(at, n))) }

  /* A syllable taken apart, or null for what is none: its code, tone, the same syllable with each tone that it can bear. */
  syllable(word, { toneStyle = 'old' } = {}) {
    return this.#with(word, (at, n) => {
      const code = this.#wasm.parse(at, n)
      if (code < 0) return null
      const [letterCase, tone] = this.#words(2)
      const spell = c => this.#answered(this.#wasm.spell(c, letterCase, toneStyle === 'new' ? 1 : 0))
      const tones = TONES.map((name, i) => [name, code - tone + i]).filter(([, c]) => this.#wasm.valid(c))
      return { code, tone: TONES[tone], spelling: spell(code),
        tones: Object.fromEntries(tones.map(([name, c]) => [name, spell(c)])) }
    })
  }
}
