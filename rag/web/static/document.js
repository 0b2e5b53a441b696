// The page that prints answers.
document.getElementById("print").addEventListener("click", () => window.print());
