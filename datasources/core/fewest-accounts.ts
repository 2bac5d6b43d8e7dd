/** Accounts whose doings are told together at least, so that nobody's own are: what fewer have done is told to nobody. */
export const FEWEST_ACCOUNTS = 5;
