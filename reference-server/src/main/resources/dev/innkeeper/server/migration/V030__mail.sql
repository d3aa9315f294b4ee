-- Mails to customers: one for each event that is told by mail, under the event's own id, so that an
-- event that is delivered twice is told once.
--
-- recipient, subject and bodies are null until the mail is written, which is done apart from the event's
-- delivery: a text at fault parks the mail and holds nothing else up. HELD is written and not sent, since no
-- SMTP server is set. copy counts deliberate repeats: the message's id is made of it, so that a mail
-- sent twice by accident is recognised as one, and one sent again on purpose is not. A sender claims a row for
-- a limited time; one that dies leaves a claim that runs out.
create table mail (
    customer_id     uuid        not null,
    id              uuid        not null,
    event_type      text        not null,
    event_data      jsonb       not null,
    occurred_at     timestamptz not null,
    recipient       text,
    language        text,
    subject         text        check (subject !~ '[\r\n]'),
    body_text       text,
    body_html       text,
    invoice_ids     uuid[]      not null default '{}',
    status          text        not null check (status in ('NEW', 'HELD', 'READY', 'SENT', 'PARKED')),
    copy            integer     not null default 1 check (copy > 0),
    attempts        integer     not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz,
    claim           uuid,
    claimed_until   timestamptz,
    last_error      text,
    sent_at         timestamptz,
    primary key (customer_id, id),
    check ((status in ('NEW', 'READY')) = (next_attempt_at is not null)),
    check ((claim is null) = (claimed_until is null)),
    check (status <> 'SENT' or sent_at is not null),
    check (status not in ('HELD', 'READY', 'SENT')
        or (recipient is not null and subject is not null and body_text is not null
            and body_html is not null))
);

create index mail_due on mail (next_attempt_at) where next_attempt_at is not null;
create index mail_latest on mail (occurred_at desc, id desc);
