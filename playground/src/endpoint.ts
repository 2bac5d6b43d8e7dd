/** Where the gateway answers: beside this page, so that a proxy can serve both below a path. */
export const endpoint = new URL("graphql", document.baseURI).href;
