/**
 * Ends the process with one line where Node.js is too old to run Marquee. Imports nothing and uses no recent syntax,
 * so that an old Node.js gets as far as the message.
 */
export function requireNode() {
  var minimum = [20, 19];
  var found = process.versions.node.split(".").map(Number);
  if (found[0] > minimum[0] || (found[0] === minimum[0] && found[1] >= minimum[1])) return;
  console.error(
    "Marquee needs Node.js " +
      minimum.join(".") +
      " or newer, and this is " +
      process.versions.node +
      ". Install a newer one from https://nodejs.org and run this again.",
  );
  process.exit(1);
}
