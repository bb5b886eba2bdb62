// Shows the OpenAPI description that the page names.
window.SwaggerUIBundle({
  url: document.getElementById("api").dataset.spec,
  dom_id: "#api",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
