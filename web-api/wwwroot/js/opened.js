// What is open on a page is a step of the browser's history: the back button closes it, a reload opens it again. The address stays as it is.

/** @param changed called with what is to be open, or null, when the browser goes back or forth */
export function openedStep(changed) {
  let isGoingBack = false;
  let next = null; // what was opened before the browser had gone back
  addEventListener('popstate', ({ state }) => {
    if (!isGoingBack) {
      changed(state?.open ?? null);
      return;
    }
    isGoingBack = false;
    if (next !== null) step.set(next);
    next = null;
  });
  const step = {
    get value() { return history.state?.open ?? null; },
    /** Nothing was opened or closed yet: what the address asks for may be opened. */
    get isFresh() { return history.state === null; },
    /** What the address asked for; to go back leaves the page. */
    start(value) { history.replaceState({ open: value }, ''); },
    set(value) {
      if (isGoingBack) {
        next = value;
      } else if (value !== null) {
        if (step.value === null) history.pushState({ open: value, isStep: true }, '');
        else history.replaceState({ ...history.state, open: value }, '');
      } else if (history.state?.isStep) {
        isGoingBack = true;
        history.back();
      } else {
        history.replaceState({ open: null }, '');
      }
    },
  };
  return step;
}
