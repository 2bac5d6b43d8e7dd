import { inject } from "vitest";

import { openPostgresPredicates } from "../support/predicate-postgres.js";
import { predicateContract } from "./predicate.cases.js";

predicateContract(40, () => openPostgresPredicates(inject("postgresUrl")));
