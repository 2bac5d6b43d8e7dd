alter table subscriptions
  -- When the period that is paid for began; null: with the subscription.
  add column period_start timestamptz,
  -- When its end was asked for: it ends with the period.
  add column cancelled_at timestamptz;

alter table payments add column refunded_cents integer not null default 0;

-- What a client's key was first used for and answered with, per account and operation.
create table idempotency_keys (
  tenant_id integer not null,
  account_id text not null,
  operation text not null,
  key text not null,
  input_hash text not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, account_id, operation, key)
);
create index idempotency_keys_age on idempotency_keys (tenant_id, account_id, created_at);

-- One row a checkout: the saga reserve, charge, activate, receipt. Its id is what the payment provider knows the payment by.
-- No reference to the account: money must be accounted for when the account is gone.
create table checkouts (
  tenant_id integer not null,
  id text not null,
  kind text not null check (kind in ('SUBSCRIBE', 'CHANGE_PLAN')),
  account_id text not null,
  subscription_id text not null,
  plan_id text not null,
  amount_cents integer not null check (amount_cents >= 0),
  currency char(3) not null,
  payment_method text not null,
  state text not null
    check (state in ('PENDING', 'RESERVED', 'CHARGED', 'ACTIVATED', 'COMPENSATING', 'COMPLETED', 'FAILED')),
  failure text,
  -- The provider's own name for the payment.
  provider_reference text,
  -- What a change of plan gives back of an earlier payment, and whether that has been done.
  credit_payment text,
  credit_cents integer not null default 0,
  credited_at timestamptz,
  -- Attempts at the present step, and when it is given up.
  attempts integer not null default 0,
  deadline_at timestamptz not null,
  -- Who works on it, and until when nobody else does.
  lease text,
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create unique index checkouts_open on checkouts (tenant_id, account_id) where state not in ('COMPLETED', 'FAILED');
create index checkouts_account on checkouts (tenant_id, account_id, created_at desc);

-- What has happened in a checkout, append-only.
create table checkout_steps (
  tenant_id integer not null,
  checkout_id text not null,
  position integer not null,
  step text not null check (step in ('BEGIN', 'RESERVE', 'CHARGE', 'ACTIVATE', 'CREDIT', 'RECEIPT', 'COMPENSATE')),
  outcome text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, checkout_id, position),
  foreign key (tenant_id, checkout_id) references checkouts on delete cascade
);

-- What an account was charged and given back, as it is told.
create table receipts (
  tenant_id integer not null,
  checkout_id text not null,
  account_id text not null,
  plan_name text not null,
  amount_cents integer not null,
  credit_cents integer not null,
  currency char(3) not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  issued_at timestamptz not null default now(),
  primary key (tenant_id, checkout_id),
  foreign key (tenant_id, checkout_id) references checkouts
);
