/* Types of bon.js. Offsets are UTF-16 code units. */

export type Method = 'telex' | 'simple-telex' | 'vni' | 'viqr'
export type Prediction = 'off' | 'english' | 'full'
export type ToneStyle = 'old' | 'new'
export const METHODS: Method[]
export const PREDICTIONS: Prediction[]
/** The six tones, in the order of their numbers. */
export const TONES: string[]

/** The module from a Response, its bytes, or compiled. */
export function load(source: Response | BufferSource | WebAssembly.Module): Promise<Bon>

export interface Span {
  /** In the line given. */
  from: number
  fromEnd: number
  /** In the text given back. */
  start: number
  end: number
  /** Probability of these marks, 0 to 1. */
  confidence: number
}

export interface Model {
  /** Text with its marks; nothing else changes. Lines are independent. */
  restore(text: string): string
  /** One line, and the words that could be restored. */
  restoreLine(line: string): { text: string; spans: Span[] }
  /** After this the model and input methods over it must not be used. */
  close(): void
}

export interface ImeOptions {
  method?: Method
  toneStyle?: ToneStyle
  /** 'full' needs a model. */
  prediction?: Prediction
  model?: Model | null
  strictMarks?: boolean
  noUndo?: boolean
  restore?: boolean
  quickTelex?: boolean
  quickInitials?: boolean
  quickFinals?: boolean
  autoCapital?: boolean
  /** Backspace over the blank takes the last word back: the field can delete (deleteBefore). */
  reopen?: boolean
  /** Candidates of an unsure word show by themselves. */
  hints?: boolean
}

/** What a key did. The field does it in this order: delete, commit, preedit; then, unless handled, the key itself. */
export interface KeyResult {
  handled: boolean
  /** Code points before the preedit to delete. */
  deleteBefore: number
  commit: string
  /** The words that may still change. */
  preedit: string
  cursor: number
  candidates: string[]
  /** candidates.length: a hint; none is selected. */
  selected: number
}

export interface Modifiers { shift?: boolean; control?: boolean; alt?: boolean; meta?: boolean }

export interface Ime {
  /** A character, or a name as in KeyboardEvent.key. */
  key(key: string, modifiers?: Modifiers): KeyResult
  /** A click on a candidate. */
  choose(candidate: number): KeyResult
  /** Commits what waits. */
  finish(): KeyResult
  /** Forgets what waits: the cursor went elsewhere. */
  reset(): void
  set(options: ImeOptions): void
  close(): void
}

export interface Change { start: number; end: number; fromStart: number; fromEnd: number }

export class Bon {
  private constructor()
  readonly version: string
  /** Bytes of memory that the module holds. */
  readonly memory: number
  /** Throws when the bytes are no model, or corrupt. */
  openModel(bytes: Uint8Array, options?: { toneStyle?: ToneStyle }): Model
  openIme(options?: ImeOptions): Ime
  /** Keys as `bon telex decode` reads them; {BackSpace} and the like are special keys. */
  decodeKeys(keys: string, options?: ImeOptions): string
  encodeKeys(text: string, options?: { method?: Method; toneStyle?: ToneStyle }): string
  readonly rules: string[]
  normalize(text: string, options?: { toneStyle?: ToneStyle; disable?: string[]; enable?: string[] }):
    { text: string; counts: Record<string, number>; changes: Change[] }
  strip(text: string): string
  syllable(word: string, options?: { toneStyle?: ToneStyle }):
    { code: number; tone: string; spelling: string; tones: Record<string, string> } | null
}
