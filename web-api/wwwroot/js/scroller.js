// Where one looks in a conversation: at its end one stays there as more comes; elsewhere one is told what came, and nothing moves.
import { el, icon, t } from './ui.js';

const NEAR = 120; // pixels from an edge that count as being there

export class Scroller {
  isAtEnd = true;
  #newer; #missed = 0; #reachedTop; #reachedEnd; #observer; #list;

  /** @param reachedTop, reachedEnd called when one looks there · @param onJump after the button to the newest */
  constructor(content, { reachedTop, reachedEnd, onJump }) {
    this.#reachedTop = reachedTop;
    this.#reachedEnd = reachedEnd;
    this.#newer = el('button', { class: 'newer small', type: 'button', hidden: true, onclick: () => { this.toEnd(); onJump(); } });
    this.log = el('div', { class: 'scroll', tabindex: '0', role: 'log', 'aria-relevant': 'additions', 'aria-label': t('messages'), onscroll: () => this.#scrolled() }, content);
    this.element = el('div', { class: 'middle' }, this.log, this.#newer);
    // Pictures come later than their messages, and keyboards push up from below: who was at the end stays there.
    this.#observer = new ResizeObserver(() => { if (this.isAtEnd) this.toEnd(); });
    this.#list = content.at(-1);
    this.#observer.observe(this.#list);
    this.#observer.observe(this.log);
  }

  toEnd() {
    const wasAtEnd = this.isAtEnd;
    this.log.scrollTop = this.log.scrollHeight;
    this.isAtEnd = true;
    this.#show(0);
    if (!wasAtEnd) this.#reachedEnd();
  }

  /** Something came below what one looks at. */
  miss() { this.#show(this.#missed + 1); }

  /** Puts something above what one looks at, which stays where it is; also when what is above turns out higher than it was thought to be. */
  keepPlace(action) {
    const top = this.log.getBoundingClientRect().top;
    const seen = [...this.#list.children].find((one) => one.getBoundingClientRect().bottom > top);
    const was = seen?.getBoundingClientRect().top;
    action();
    const keep = (again) => {
      if (!seen?.isConnected) return;
      const moved = seen.getBoundingClientRect().top - was;
      if (moved !== 0) this.log.scrollTop += moved;
      if (again > 0) requestAnimationFrame(() => keep(again - 1));
    };
    keep(2);
  }

  close() { this.#observer.disconnect(); }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (clientHeight === 0) return; // not shown
    if (scrollTop < NEAR) this.#reachedTop();
    const wasAtEnd = this.isAtEnd;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.isAtEnd && !wasAtEnd) this.#reachedEnd();
    this.#show(this.isAtEnd ? 0 : this.#missed);
  }

  #show(count) {
    this.#missed = count;
    this.#newer.hidden = this.isAtEnd;
    const text = count > 0 ? t('newMessages', count) : t('toNewest');
    if (this.#newer.textContent !== text) this.#newer.replaceChildren(icon('down'), text);
  }
}
