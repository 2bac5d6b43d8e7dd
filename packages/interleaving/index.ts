export { teamDraft, type Drafted, type Team } from "./team-draft.js";
