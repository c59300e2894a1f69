// The line to write in: its draft, its keys, and pictures by button, paste and drop.
import { el, iconButton, t } from './ui.js';

const PICTURES = 9; // in one message

export class Composer {
  #input; #draftName; #on;

  /**
   * @param draftName where what is not sent yet is kept over a reload
   * @param pictures whether pictures may be sent · @param tools further buttons
   * @param on `text(text)`, `pictures(files)`, `card()` or null where there is none, `writing()` at each change, `notice(text)`
   */
  constructor({ draftName, pictures, tools, on }) {
    this.#draftName = draftName;
    this.#on = on;
    this.#input = el('textarea', { rows: '1', 'aria-label': t('message'), placeholder: t('message'), maxlength: '20000', enterkeyhint: 'send', oninput: () => this.#changed(), onkeydown: (event) => this.#keyed(event), onpaste: (event) => pictures && this.#brought(event, event.clipboardData?.files) });
    this.#input.value = read(draftName);
    const file = pictures ? el('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', multiple: true, hidden: true, onchange: () => { this.#take([...file.files]); file.value = ''; } }) : null;
    this.element = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, file,
      pictures ? iconButton('picture', t('picture'), () => file.click()) : null,
      on.card ? iconButton('tag', t('card'), on.card) : null,
      tools, this.#input, el('button', { class: 'primary', type: 'submit' }, t('send')));
    this.#fit();
  }

  focus() { this.#input.focus({ preventScroll: true }); }

  /** Puts words after what stands there. */
  insert(text) {
    this.#input.value += (this.#input.value && !/\s$/.test(this.#input.value) ? ' ' : '') + text;
    this.#changed();
    this.#input.focus();
  }

  /** Pictures that are dropped onto an element are sent. */
  takeDrops(element) {
    const leave = () => element.classList.remove('dropping');
    element.addEventListener('dragover', (event) => { event.preventDefault(); element.classList.add('dropping'); });
    element.addEventListener('dragleave', leave);
    element.addEventListener('drop', (event) => { event.preventDefault(); leave(); this.#brought(event, event.dataTransfer?.files); });
  }

  #keyed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { // 229: Safari, while a word is composed
      event.preventDefault();
      this.#submit();
    }
  }

  #changed() {
    write(this.#draftName, this.#input.value);
    this.#fit();
    if (this.#input.value) this.#on.writing();
  }

  // Where CSS cannot let the line grow with what is written.
  #fit() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = '';
    write(this.#draftName, '');
    this.#fit();
    this.#on.text(text);
  }

  #brought(event, files) {
    if (!files || files.length === 0) return;
    event.preventDefault();
    this.#take([...files]);
  }

  #take(files) {
    const pictures = files.filter((file) => file.type.startsWith('image/'));
    if (pictures.length < files.length) this.#on.notice(t('onlyPictures'));
    else if (pictures.length > PICTURES) this.#on.notice(t('ninePictures'));
    if (pictures.length > 0) this.#on.pictures(pictures.slice(0, PICTURES));
  }
}

const read = (name) => { try { return localStorage.getItem(name) ?? ''; } catch { return ''; } };
const write = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* the draft lives in the page alone */ } };
