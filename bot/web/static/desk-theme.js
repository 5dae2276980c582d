/** The desk's theme: the system's, until somebody turns it; remembered in this browser. */
(() => {
  const KEY = "huike:desk-theme";
  const saved = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const apply = (theme) => window.Quasar?.Dark.set(theme === "dark");
  window.deskTheme = {
    turn() {
      const next = document.body.classList.contains("body--dark") ? "light" : "dark";
      apply(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // A browser that keeps nothing still turns it for this page.
      }
    },
  };
  addEventListener("load", () => {
    const theme = saved();
    if (theme) setTimeout(() => apply(theme));
  });
})();
