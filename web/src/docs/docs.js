// SPDX-License-Identifier: MIT
"use strict";

(() => {
  // Swagger UI has a dark look of its own, which hangs on a class.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const followColourScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  followColourScheme();
  dark.addEventListener("change", followColourScheme);

  // On login Swagger UI also sends a client id and secret, which do not exist here, as an empty Basic header.
  const withoutClientCredentials = (request) => {
    if (/^Basic /.test(request.headers?.Authorization ?? "")) {
      delete request.headers.Authorization;
    }
    return request;
  };

  // The lock's fields stand in no form, so the Enter key would do nothing.
  const logInOnEnter = (event) => {
    const field = event.target;
    if (event.key === "Enter" && (field.id === "oauth_username" || field.id === "oauth_password")) {
      field.closest(".auth-container").querySelector(".btn.authorize").click();
    }
  };
  document.addEventListener("keydown", logInOnEnter);

  // Swagger UI decodes a link such as docs#/mlservice%2Fv1/… before it splits it at the slashes, and so loses
  // every tag that has one itself. Here it is split first.
  const deepLinksToTagsWithSlash = () => {
    const parseDeepLinkHash = (original, { layoutActions, layoutSelectors }) => (hash) => {
      const path = window.location.hash.replace(/^#!?\//, "").split("/");
      if (!/%2f/i.test(path[0])) {
        return original(hash);
      }
      const key = layoutSelectors.isShownKeyFromUrlHashArray(path.map(decodeURIComponent));
      layoutActions.show(key, true);
      return layoutActions.scrollTo(key);
    };
    return { statePlugins: { layout: { wrapActions: { parseDeepLinkHash } } } };
  };

  SwaggerUIBundle({
    domNode: document.getElementById("swagger-ui"),
    url: new URL("openapi.json", document.baseURI).href,
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    plugins: [deepLinksToTagsWithSlash],
    requestInterceptor: withoutClientCredentials,
    tryItOutEnabled: true,
    validatorUrl: null, // no request leaves this server
  });
})();
