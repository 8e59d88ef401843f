// The demo shop's own script, as a customer would write it: everything it tells the portal goes through the snippet.
(() => {
  "use strict";
  const CART = "demo_shop_cart";
  const CUSTOMER = "demo_shop_customer";
  const $ = (selector) => document.querySelector(selector);

  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const write = (name, value) => {
    try {
      value === null ? localStorage.removeItem(name) : localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // storage is switched off: the shop forgets, the snippet copes
    }
  };

  const cart = () => read(CART) || [];
  const customer = () => read(CUSTOMER);
  const euros = (amount) => "€" + amount.toFixed(2);
  const total = (lines) => lines.reduce((sum, line) => sum + Number(line.price), 0);

  // The stub keeps calls until the snippet itself is loaded.
  const tell = (method, ...args) => window.idportal[method](...args);

  // The shop has no server side, so the same address must give the same customer number in every browser.
  const customerNumber = (email) => {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (const sign of email.trim().toLowerCase()) {
      high = Math.imul(high ^ sign.codePointAt(0), 2654435761);
      low = Math.imul(low ^ sign.codePointAt(0), 1597334677);
    }
    return "shop-" + [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  };

  const showHeader = () => {
    const count = cart().length;
    $("[data-cart-count]").textContent = count;
    $("[data-cart-count]").hidden = count === 0;
    $("[data-account]").textContent = customer() ? customer().name : "Log in";
  };

  const toast = (text) => {
    const note = $("[data-toast]");
    note.textContent = text;
    note.hidden = false;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => (note.hidden = true), 3000);
  };

  const showProduct = () => {
    const button = $("[data-add]");
    if (!button) return;
    const { add: slug, name, price } = button.dataset;
    button.addEventListener("click", () => {
      write(CART, [...cart(), { slug, name, price }]);
      tell("track", "Product added", { product: slug, name, price: Number(price), currency: "EUR" });
      showHeader();
      toast(name + " is in your cart.");
    });
  };

  const showCart = () => {
    if (!$("[data-cart]")) return;
    const lines = cart();
    $("[data-cart-lines]").replaceChildren(...lines.map(cartLine));
    $("[data-cart-empty]").hidden = lines.length > 0;
    $("[data-cart-total]").hidden = $("[data-order]").hidden = lines.length === 0;
    $("[data-cart-total]").textContent = "Together " + euros(total(lines));
  };

  const cartLine = (line, place) => {
    const item = $("[data-cart-line]").content.cloneNode(true).firstElementChild;
    item.querySelector("[data-line-name]").textContent = line.name;
    item.querySelector("[data-line-price]").textContent = euros(Number(line.price));
    item.querySelector("[data-remove]").setAttribute("aria-label", "Remove " + line.name);
    item.querySelector("[data-remove]").addEventListener("click", () => {
      write(CART, cart().filter((_, other) => other !== place));
      tell("track", "Product removed", { product: line.slug });
      showHeader();
      showCart();
    });
    return item;
  };

  const order = () => {
    const lines = cart();
    tell("track", "Order completed", {
      products: lines.map((line) => line.slug),
      total: total(lines),
      currency: "EUR",
    });
    write(CART, []);
    showHeader();
    showCart();
    toast("Thank you! Nothing will be sent, and nothing has to be paid.");
  };

  const showAccount = () => {
    if (!$("[data-logged-in]")) return;
    const known = customer();
    $("[data-logged-in]").hidden = !known;
    $("[data-logged-out]").hidden = Boolean(known);
    if (!known) return;
    $("[data-customer-name]").textContent = known.name;
    const link = $("[data-profile]");
    link.href = link.getAttribute("href").split("?")[0] + "?" + new URLSearchParams({ q: known.email });
  };

  // As most sites do: tell who it is, then go on to another page at once.
  const enter = (traits) => {
    const email = traits.email.trim();
    const userId = customerNumber(email);
    tell("identify", userId, traits);
    write(CUSTOMER, { userId, email, name: traits.first_name || email.split("@")[0] });
    location.assign(location.pathname);
  };

  const filled = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));

  const listen = () => {
    for (const form of document.querySelectorAll("[data-sign-up], [data-log-in]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        enter(filled(form));
      });
    }
    if ($("[data-order]")) $("[data-order]").addEventListener("click", order);
    if ($("[data-log-out]")) {
      $("[data-log-out]").addEventListener("click", () => {
        tell("reset");
        write(CUSTOMER, null);
        location.assign(location.pathname);
      });
    }
  };

  showHeader();
  showProduct();
  showCart();
  showAccount();
  listen();
})();
