// The theme changes at once; without this module the form is sent and the page comes back changed.

const YEAR_S = 365 * 24 * 3600;
const SCHEMES = { dark: "dark", light: "light", auto: "dark light" };

document.addEventListener("click", (event) => {
  const button = event.target.closest('button[name="theme"]');
  if (!button || !(button.value in SCHEMES)) return;
  event.preventDefault();
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${button.value}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
  document.documentElement.dataset.theme = button.value;
  document.querySelector('meta[name="color-scheme"]').content = SCHEMES[button.value];
  for (const other of document.querySelectorAll('button[name="theme"]')) {
    other.toggleAttribute("aria-current", false);
    if (other.value === button.value) other.setAttribute("aria-current", "true");
  }
});
