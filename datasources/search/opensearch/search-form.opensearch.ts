import { READING } from "../../../packages/search-text/index.js";
import { EXAMPLE_TITLE } from "../../catalog/title-example.js";
import { formHash } from "../../projection/check/form.js";
import { documentOf } from "./search-document.opensearch.js";
import { TITLE_INDEX } from "./search-mapping.opensearch.js";

/** Another with every change of the mapping or of what documents hold: a tenant's titles under another are filled anew. */
export const SEARCH_FORM = formHash(TITLE_INDEX, documentOf(EXAMPLE_TITLE), READING);
