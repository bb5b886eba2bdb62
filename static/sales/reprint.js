// The copy has been recorded; now it is printed. Going on from here is not another copy: the address is read anew.

window.addEventListener("afterprint", () => location.replace(location.href));
window.addEventListener("load", () => window.print());
