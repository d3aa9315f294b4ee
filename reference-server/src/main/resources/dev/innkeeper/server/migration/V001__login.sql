-- Who may sign in. The password is kept as an Argon2id hash with its salt and parameters in it.
create table login (
    id            uuid primary key,
    email         text not null unique check (email = lower(email) and length(email) <= 200),
    password_hash text not null check (password_hash like '$argon2id$%'),
    role          text not null check (role in ('CUSTOMER', 'ADMIN')),
    customer_id   uuid unique,
    created_at    timestamptz not null,
    check ((role = 'CUSTOMER') = (customer_id is not null))
);

-- Sessions of browsers and tokens of programs. Only the hash of a token is kept: a stolen backup
-- signs nobody in.
create table access_token (
    token_hash bytea primary key check (length(token_hash) = 32),
    login_id   uuid not null references login (id) on delete cascade,
    kind       text not null check (kind in ('SESSION', 'API')),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at)
);
create index access_token_login on access_token (login_id);
create index access_token_expiry on access_token (expires_at);
