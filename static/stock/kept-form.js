// A form that survives a reload: the browser's session keeps it while there is something in it.

import { newUuid, useRef, useState } from "./kit.js";

function remembered(key, fits) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return found && fits(found) ? found : null;
  } catch {
    return null;
  }
}

function remember(key, form, holds) {
  try {
    if (holds(form)) sessionStorage.setItem(key, JSON.stringify(form));
    else sessionStorage.removeItem(key);
  } catch {
    // It is on the screen, then, and nowhere else.
  }
}

/**
 * `begin()` makes a form, `holds(form)` says whether it is worth keeping, `fits(form)` whether a kept one can be gone on
 * with, `tidy(form)` puts it in order. `now.current` is the form as it is, also between two drawings; `forget()` is for
 * what has been sent, `restart()` begins anew. A change takes the last problem off the screen.
 */
export function useKeptForm({ key, begin, holds, fits, tidy = (form) => form }) {
  const [form, setForm] = useState(() => remembered(key, fits) ?? begin());
  const [problem, setProblem] = useState("");
  const now = useRef(form);
  const show = (next) => {
    now.current = next;
    setForm(next);
  };
  const change = (facts) => {
    // Another content is another document: only the very same may be sent twice.
    show({ ...tidy({ ...now.current, ...facts }), client_uuid: newUuid() });
    setProblem("");
    remember(key, now.current, holds);
  };
  return { form, now, change, problem, setProblem, forget: () => sessionStorage.removeItem(key), restart: () => show(begin()) };
}
