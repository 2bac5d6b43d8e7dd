/** A profile of the signed-in account. */
export interface Profile {
  id: string;
  name: string;
  maturityLimit: string | null;
}

/** Who a token stands for. */
export interface Viewer {
  /** Null for a token of an imported profile, which has no account. */
  account: { id: string; email: string } | null;
  profile: { id: string; name: string } | null;
  profiles: Profile[];
  tenant: { slug: string; name: string };
  roles: string[];
}

/** What `signIn` and `selectProfile` answer. */
export interface SessionPayload {
  accessToken: string | null;
  expiresAt: string | null;
  viewer: Viewer | null;
  errors: { message: string }[] | null;
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

/** Exchanges an e-mail address and a password for an access token. */
export const signInDocument = /* GraphQL */ `
  mutation PlaygroundSignIn($input: SignInInput!) {
    session: signIn(input: $input) {
      accessToken
      expiresAt
      viewer {
        ...Me
      }
      errors {
        message
      }
    }
  }
  ${me}
`;

/** Exchanges the token for one of another profile of the same account. */
export const selectProfileDocument = /* GraphQL */ `
  mutation PlaygroundSelectProfile($input: SelectProfileInput!) {
    session: selectProfile(input: $input) {
      accessToken
      expiresAt
      viewer {
        ...Me
      }
      errors {
        message
      }
    }
  }
  ${me}
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
