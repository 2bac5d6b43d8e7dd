/** A profile of the signed-in account. */
export interface Profile {
  id: string;
  name: string;
  maturityLimit: string | null;
}

/** Who a token stands for. */
export interface Viewer {
  /** Null for an imported profile, which has no account, and for a kids profile, which is not shown it. */
  account: { id: string; email: string } | null;
  profile: { id: string; name: string } | null;
  profiles: Profile[];
  tenant: { slug: string; name: string };
  roles: string[];
}

/** What `signIn`, `selectProfile` and `refreshSession` answer. */
export interface SessionPayload {
  accessToken: string | null;
  refreshToken: string | null;
  expiresAt: string | null;
  viewer: Viewer | null;
  errors: { code: string; message: string }[] | null;
}

const me = /* GraphQL */ `
  fragment Me on Viewer {
    account {
      id
      email
    }
    profile {
      id
      name
    }
    profiles {
      id
      name
      maturityLimit
    }
    tenant {
      slug
      name
    }
    roles
  }
`;

const session = /* GraphQL */ `
  fragment Session on SessionPayload {
    accessToken
    refreshToken
    expiresAt
    viewer {
      ...Me
    }
    errors {
      code
      message
    }
  }
  ${me}
`;

/** Exchanges an e-mail address and a password for a pair of tokens. */
export const signInDocument = /* GraphQL */ `
  mutation PlaygroundSignIn($input: SignInInput!) {
    session: signIn(input: $input) {
      ...Session
    }
  }
  ${session}
`;

/** Exchanges the token for one of another profile of the same account. */
export const selectProfileDocument = /* GraphQL */ `
  mutation PlaygroundSelectProfile($input: SelectProfileInput!) {
    session: selectProfile(input: $input) {
      ...Session
    }
  }
  ${session}
`;

/** Exchanges a refresh token, which is used up, for a new pair of tokens. */
export const refreshDocument = /* GraphQL */ `
  mutation PlaygroundRefresh($input: RefreshInput!) {
    session: refreshSession(input: $input) {
      ...Session
    }
  }
  ${session}
`;

/** Makes the tokens of the session good for nothing. */
export const signOutDocument = /* GraphQL */ `
  mutation PlaygroundSignOut {
    signOut {
      signedOut
    }
  }
`;

/** Asks whom the token stands for, to find out whether it is still good. */
export const viewerDocument = /* GraphQL */ `
  query PlaygroundViewer {
    viewer {
      ...Me
    }
  }
  ${me}
`;
