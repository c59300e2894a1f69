// One picture of a conversation as large as the screen, and from there the others.
import { el, iconButton, openDialog, t } from './ui.js';

const SWIPE = 48; // pixels

/** @param button the picture in its conversation, as content.js makes it */
export function openViewer(button) {
  const all = [...(button.closest('.messages') ?? document).querySelectorAll('.picture')];
  let at = Math.max(0, all.indexOf(button));
  const image = el('img', { alt: t('photo'), draggable: 'false', onclick: () => stage.classList.toggle('zoomed') });
  const stage = el('div', { class: 'stage-of-picture', tabindex: '0', 'aria-label': t('photo'), onpointerdown: (event) => { from = event.isPrimary ? event.clientX : null; }, onpointerup: swiped });
  const count = el('output', { class: 'load', 'aria-live': 'polite' });
  const save = el('a', { class: 'button small', download: '' }, t('savePicture'));
  const back = iconButton('back', t('previousPicture'), () => show(at - 1));
  const next = iconButton('next', t('nextPicture'), () => show(at + 1));
  let from = null;
  stage.append(image);
  const dialog = openDialog(t('photo'), [stage, el('div', { class: 'actions' }, back, count, next, save)], { kind: 'popover viewer' });
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || stage.classList.contains('zoomed')) return;
    event.preventDefault();
    show(at + step);
  });
  show(at);
  stage.focus();

  function swiped(event) {
    const by = from === null ? 0 : event.clientX - from;
    from = null;
    if (Math.abs(by) >= SWIPE && !stage.classList.contains('zoomed')) show(at + (by < 0 ? 1 : -1));
  }

  function show(wanted) {
    if (!all[wanted]) return;
    at = wanted;
    const source = all[at].querySelector('img')?.src;
    stage.classList.remove('zoomed');
    image.src = source ?? '';
    save.href = source ?? '#';
    count.textContent = t('pictureOf', at + 1, all.length);
    back.disabled = at === 0;
    next.disabled = at === all.length - 1;
    if (document.activeElement?.disabled) stage.focus(); // a button that cannot be pressed any more takes no keys
    for (const one of [back, next, count]) one.hidden = all.length < 2;
  }
}
