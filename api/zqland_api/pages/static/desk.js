"use strict";
// The pages work without this script; it only saves a click and a second question.
for (const field of document.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    // Empty fields say nothing: leave them out of the address that people share.
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
    const button = form.querySelector("button[type=submit]");
    if (button) button.disabled = true;
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-once] :disabled")) {
    field.disabled = false;
  }
});
