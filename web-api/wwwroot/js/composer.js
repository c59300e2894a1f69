// The line to write in: its draft, its keys, and pictures by button, paste and drop, which wait above the line until they are sent.
import { el, iconButton, t } from './ui.js';

const PICTURES = 9; // in one message
const LONGEST = 20_000; // characters of a message

export class Composer {
  #input; #draftName; #on; #send;
  #tray = el('ul', { class: 'tray', 'aria-label': t('tray'), hidden: true });
  #tooLong = el('p', { class: 'limit', role: 'alert', hidden: true });
  #pictures = []; // chosen and not sent: { file, address, item }

  /**
   * @param draftName where what is not sent yet is kept over a reload
   * @param pictures whether pictures may be sent · @param tools further buttons
   * @param on `text(text)`, `pictures(files)`, `card()` or null where there is none, `writing()` at each change, `notice(text)`
   */
  constructor({ draftName, pictures, tools, on }) {
    this.#draftName = draftName;
    this.#on = on;
    this.#input = el('textarea', { rows: '1', 'aria-label': t('message'), placeholder: t('message'), enterkeyhint: 'send', oninput: () => this.#changed(), onkeydown: (event) => this.#keyed(event), onpaste: (event) => pictures && this.#pasted(event) });
    this.#input.value = read(draftName);
    const file = pictures ? el('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', multiple: true, hidden: true, onchange: () => { this.#take([...file.files]); file.value = ''; } }) : null;
    this.#send = el('button', { class: 'primary', type: 'submit' }, t('send'));
    this.element = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, this.#tray, this.#tooLong, file,
      pictures ? iconButton('picture', t('picture'), () => file.click()) : null,
      on.card ? iconButton('tag', t('card'), on.card) : null,
      tools, this.#input, this.#send);
    this.#measure();
  }

  focus() { this.#input.focus({ preventScroll: true }); }

  get isEmpty() { return this.#input.value.trim() === ''; }

  /** Puts words where the caret is, in place of what is selected. */
  insert(text) {
    const { selectionStart: from, selectionEnd: to, value } = this.#input;
    const before = from > 0 && !/\s/.test(value[from - 1]) ? ' ' : '';
    const after = to < value.length && !/\s/.test(value[to]) ? ' ' : '';
    this.#input.setRangeText(before + text + after, from, to, 'end');
    this.#changed();
    this.#input.focus();
  }

  /** What is dropped onto an element goes into the line, pictures above it. */
  takeDrops(element) {
    const leave = () => element.classList.remove('dropping');
    const isOurs = (event) => event.dataTransfer?.types.includes('Files') || (event.target !== this.#input && event.dataTransfer?.types.includes('text/plain'));
    element.addEventListener('dragover', (event) => {
      if (this.element.hidden || !isOurs(event)) return;
      event.preventDefault();
      element.classList.add('dropping');
    });
    element.addEventListener('dragleave', leave);
    element.addEventListener('drop', (event) => {
      leave();
      if (this.element.hidden || !isOurs(event)) return;
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      if (files.length > 0) this.#take(files);
      else this.insert(event.dataTransfer.getData('text/plain'));
    });
  }

  /** Gives back the pictures that were not sent. */
  close() { this.#pictures.forEach(({ address }) => URL.revokeObjectURL(address)); }

  #keyed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { // 229: Safari, while a word is composed
      event.preventDefault();
      this.#submit();
    }
  }

  #changed() {
    write(this.#draftName, this.#input.value);
    this.#measure();
    if (this.#input.value) this.#on.writing();
  }

  #measure() {
    const over = this.#input.value.length - LONGEST;
    this.#tooLong.hidden = over <= 0;
    if (over > 0) this.#tooLong.textContent = t('tooLong', over);
    this.#send.disabled = over > 0;
    // Where CSS cannot let the line grow with what is written.
    if (CSS.supports('field-sizing', 'content')) return;
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }

  #submit() {
    const text = this.#input.value.trim();
    if (this.#send.disabled || (!text && this.#pictures.length === 0)) return;
    if (this.#pictures.length > 0) {
      const files = this.#pictures.map(({ file }) => file);
      this.#empty();
      this.#on.pictures(files);
    }
    if (!text) return;
    this.#input.value = '';
    write(this.#draftName, '');
    this.#measure();
    this.#on.text(text);
  }

  // Office programs put a picture of the text beside it; the text is what was copied. A copied file brings its name.
  #pasted(event) {
    const files = [...event.clipboardData?.files ?? []];
    const text = event.clipboardData?.getData('text/plain').trim() ?? '';
    if (files.length === 0 || (text !== '' && !files.some(({ name }) => text === name || text.endsWith('/' + encodeURIComponent(name))))) return;
    event.preventDefault();
    this.#take(files);
  }

  #take(files) {
    const pictures = files.filter((file) => file.type.startsWith('image/'));
    const room = PICTURES - this.#pictures.length;
    if (files.some(isHeic)) this.#on.notice(t('heic'));
    else if (pictures.length < files.length) this.#on.notice(t('onlyPictures'));
    else if (pictures.length > room) this.#on.notice(t('ninePictures'));
    for (const file of pictures.filter((one) => !isHeic(one)).slice(0, room)) this.#add(file);
    this.#input.focus();
  }

  #add(file) {
    const address = URL.createObjectURL(file);
    const picture = { file, address };
    const remove = () => {
      URL.revokeObjectURL(address);
      this.#pictures.splice(this.#pictures.indexOf(picture), 1);
      picture.item.remove();
      this.#tray.hidden = this.#pictures.length === 0;
      this.#input.focus();
    };
    picture.item = el('li', {}, el('img', { src: address, alt: file.name }), iconButton('close', t('removePicture', file.name), remove));
    this.#pictures.push(picture);
    this.#tray.append(picture.item);
    this.#tray.hidden = false;
  }

  #empty() {
    this.close();
    this.#pictures = [];
    this.#tray.replaceChildren();
    this.#tray.hidden = true;
  }
}

// Pictures of an iPhone, which no browser but Safari shows.
const isHeic = ({ type, name }) => /^image\/hei[cf]/.test(type) || /\.hei[cf]$/i.test(name);

const read = (name) => { try { return localStorage.getItem(name) ?? ''; } catch { return ''; } };
const write = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* the draft lives in the page alone */ } };
