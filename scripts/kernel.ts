// What `npm run kernel` runs, built: compiles packages/similarity/tile-kernel.wat after it was changed. Build again then.
import { writeFileSync } from "node:fs";

import { KERNEL_MODULE, kernelModule } from "./kernel/compile.js";

writeFileSync(KERNEL_MODULE, await kernelModule());
console.log(`Written: ${KERNEL_MODULE}`);
