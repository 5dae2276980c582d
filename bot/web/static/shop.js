/** The storefront: opening the chat from the page, and speaking as a demo member. */
const KEY = "huike:demo-member";
const chat = document.querySelector("huike-chat");

for (const button of document.querySelectorAll("[data-open-chat]")) {
  button.addEventListener("click", () => chat.show(button.dataset.openChat));
}

const dialog = document.querySelector("[data-people]");
const who = document.querySelector("[data-who]");

/** The chosen member, for this browser tab alone. */
function chosen() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function become(member) {
  if (member) {
    sessionStorage.setItem(KEY, JSON.stringify(member));
    chat.setAttribute("member-token", member.token);
  } else {
    sessionStorage.removeItem(KEY);
    chat.removeAttribute("member-token");
  }
  const name = document.querySelector("[data-who-name]");
  name.textContent = member?.name ?? name.dataset.guest;
  who.classList.toggle("known", Boolean(member));
  for (const button of dialog.querySelectorAll("[data-member]")) {
    button.setAttribute("aria-pressed", String(button.dataset.member === (member?.id ?? "")));
  }
}

async function vouchedFor(id) {
  const response = await fetch(`/api/v1/demo/members/${encodeURIComponent(id)}/token`, { method: "POST" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { id, ...(await response.json()) };
}

async function choose(id) {
  const trouble = dialog.querySelector("[data-people-trouble]");
  trouble.hidden = true;
  try {
    become(id ? await vouchedFor(id) : null);
    dialog.close();
  } catch {
    trouble.hidden = false;
  }
}

if (dialog) {
  become(chosen());
  who.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  for (const button of dialog.querySelectorAll("[data-member]")) {
    button.addEventListener("click", () => choose(button.dataset.member));
  }
  chat.addEventListener("huike-chat-token-expired", () => become(null));
}
