/* web/imports.js: what the module asks of JavaScript, for the linker, which takes any other name that nothing defines for a mistake.
 * The functions themselves are in bindings/js/bon.js, under the module name that web/unicode.c gives them. */
mergeInto(LibraryManager["library"], {
  fold: function (c, upper) {},
  normalize: function (form, text, n, out, cap) {},
})
