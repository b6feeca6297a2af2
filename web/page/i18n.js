/* i18n.js: what the page says, in Vietnamese and in English. {x} is filled in. */
const texts = {
  tagline: ['gõ không dấu, dấu tự hiện', 'type without marks, the marks appear'],
  language_label: ['Switch to English', 'Chuyển sang tiếng Việt'],
  language: ['English', 'Tiếng Việt'],
  loading: ['Đang tải bộ gõ và mô hình', 'Loading the input method and its model'],
  loading_note: ['{done} / {all} MB, một lần rồi giữ lại để dùng khi không có mạng', '{done} of {all} MB, once, then kept for use without a network'],
  no_model: ['Không mở được mô hình ({why}). Vẫn gõ được Telex, VNI và VIQR; dấu không tự hiện.', 'The model could not be opened ({why}). Telex, VNI and VIQR go on; marks do not appear by themselves.'],
  no_wasm: ['Trình duyệt này không chạy được trang ({why}).', 'This browser cannot run the page ({why}).'],
  tabs: ['Các phần của trang', 'Parts of the page'],
  tab_type: ['Gõ', 'Type'],
  tab_paste: ['Thêm dấu cho văn bản', 'Add marks to a text'],
  tab_tools: ['Công cụ', 'Tools'],
  type_help: ['Gõ không dấu, ví dụ “toi dang hoc tieng viet”. Gõ dấu thì bon giữ đúng dấu bạn gõ. Tab: chọn từ khác; Backspace ngay sau khi dấu hiện: trả lại như đã gõ.', 'Type without marks, for instance “toi dang hoc tieng viet”. Marks that you type always stay. Tab: other readings; Backspace right after marks appeared: back to what you typed.'],
  method: ['Kiểu gõ', 'Method'],
  prediction: ['Đoán dấu', 'Prediction'],
  prediction_full: ['tự thêm dấu', 'add marks'],
  prediction_english: ['chỉ giữ từ tiếng Anh', 'keep English words only'],
  prediction_off: ['tắt', 'off'],
  tone_style: ['Bỏ dấu', 'Tone marks'],
  editor_label: ['Gõ vào đây', 'Type here'],
  candidates_label: ['Từ khác', 'Other readings'],
  clear: ['Xóa hết', 'Clear'],
  copy: ['Chép', 'Copy'],
  save: ['Lưu thành tệp', 'Save as a file'],
  not_all_shown: ['còn nữa: Chép hoặc Lưu để lấy tất cả', 'there is more: Copy or Save has all of it'],
  copied: ['Đã chép', 'Copied'],
  figures: ['{keys} phím, Telex đủ dấu cần {full}: đỡ {saved}. {ms} ms mỗi phím.', '{keys} keys; telex with every mark takes {full}: {saved} saved. {ms} ms a key.'],
  keys_title: ['Các phím', 'The keys'],
  keys_help: [
    ['Telex: aa ee oo dd aw ow uw; s f r x j là sắc huyền hỏi ngã nặng.', 'VNI: 6 7 8 9 là mũ, móc, trăng, đ; 1 2 3 4 5 là sắc huyền hỏi ngã nặng.', 'Tab: các cách đọc khác của từ vừa gõ; mũi tên hoặc số để chọn.', 'Backspace: trả lại chữ như đã gõ, bấm nữa để sửa. Escape: trả lại phím.', 'Enter hoặc bấm ra ngoài: nhận tất cả.', 'Chữ có nền vàng: bon chưa chắc.'],
    ['Telex: aa ee oo dd aw ow uw; s f r x j are the five tones.', 'VNI: 6 7 8 9 are hat, horn, breve, đ; 1 to 5 are the tones.', 'Tab: other readings of the last word; arrows or digits choose.', 'Backspace: back to what was typed, once more to edit. Escape: the keys themselves.', 'Enter, or a click elsewhere: take everything.', 'A yellow ground: not sure.'],
  ],
  plain_label: ['Văn bản không dấu (dán vào đây)', 'Text without marks (paste it here)'],
  restore: ['Thêm dấu', 'Add marks'],
  cancel: ['Dừng', 'Cancel'],
  cancelled: ['Đã dừng; phần đã xong ở dưới.', 'Cancelled; what was done stands below.'],
  restore_progress: ['Tiến độ thêm dấu', 'Progress'],
  restored_title: ['Có dấu', 'With marks'],
  restored_note: ['{words} từ được thêm dấu trong {ms} ms', '{words} words got marks in {ms} ms'],
  normalize_title: ['Chuẩn hóa', 'Normalize'],
  messy_label: ['Văn bản lộn xộn: Unicode tổ hợp, dấu sai chỗ, ký tự ẩn…', 'Messy text: decomposed, marks in the wrong place, invisible characters…'],
  normalize: ['Chuẩn hóa', 'Normalize'],
  normalized_label: ['Văn bản đã chuẩn hóa', 'Normalized text'],
  rules_caption: ['Đã đổi những gì', 'What was changed'],
  rule: ['Quy tắc', 'Rule'],
  count: ['Số lần', 'Times'],
  nothing_changed: ['Không có gì phải đổi.', 'Nothing had to change.'],
  telex_title: ['Phím ↔ chữ', 'Keys ↔ text'],
  keys_label: ['Phím', 'Keys'],
  text_label: ['Chữ', 'Text'],
  syllable_title: ['Phân tích âm tiết', 'A syllable taken apart'],
  syllable_label: ['Âm tiết', 'Syllable'],
  syllable_answer: ['Mã {code}, thanh {tone}. Cùng vần với các thanh: {tones}.', 'Code {code}, tone {tone}. With the other tones: {tones}.'],
  syllable_none: ['“{word}” không phải là một âm tiết tiếng Việt viết đúng chính tả.', '“{word}” is not a Vietnamese syllable in correct spelling.'],
  privacy: ['Những gì bạn gõ không rời khỏi trang này.', 'What you type never leaves this page.'],
  requests: ['Từ khi tải xong: {count} lần dùng mạng.', 'Requests since it was loaded: {count}.'],
  offline: ['Dùng được khi không có mạng.', 'Works without a network.'],
}

let which = (localStorage.getItem('language') ?? (navigator.language.startsWith('vi') ? 'vi' : 'en')) === 'vi' ? 0 : 1

export const language = () => which === 0 ? 'vi' : 'en'
export function say(name, values = {}) {
  const text = texts[name][which]
  return Array.isArray(text) ? text : text.replace(/\{(\w+)\}/g, (_, key) => values[key])
}
/* Numbers as the language writes them: 1.234,5 or 1,234.5. */
export const number = (value, digits = 0) =>
  value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits })

const listeners = []
export const onLanguage = listener => (listeners.push(listener), listener())
export function switchLanguage() {
  which = 1 - which
  localStorage.setItem('language', language())
  apply()
}
export function apply() {
  document.documentElement.lang = language()
  for (const element of document.querySelectorAll('[data-i18n]')) element.textContent = say(element.dataset.i18n)
  for (const element of document.querySelectorAll('[data-i18n-label]'))
    element.setAttribute('aria-label', say(element.dataset.i18nLabel))
  for (const listener of listeners) listener()
}
