// idportal stub: keeps calls until idportal.js is there. Inline before it, or as a file where inline script is forbidden.
(function (w, q) {
  if (w.idportal && w.idportal.push) return;
  q = w.idportal = [];
  "identify track page alias reset consent".split(" ").forEach(function (name) {
    q[name] = function () { q.push([name, [].slice.call(arguments), new Date()]); };
  });
})(window);
