"""Brings the schema to the version that this image needs, and makes sure of the default row.

Runs once and ends. It does not wait for a database that is not there: that is the order of the stack.
"""

from nroxy import database
from nroxy.log import log

# Append only: what stands here has run somewhere.
STEPS = [
    """
    create table settings (name text primary key, value text not null);
    create table notes (
        id bigserial primary key,
        body text not null,
        written_at timestamptz not null default now()
    );
    """,
    """
    alter table notes add column words integer;
    create table jobs (
        id bigserial primary key,
        note_id bigint not null references notes on delete cascade,
        created_at timestamptz not null default now()
    );
    """,
    """
    create table bot_polls (
        id bigserial primary key,
        instance text not null,
        polled_at timestamptz not null default clock_timestamp()
    );
    create index on bot_polls (polled_at);
    alter table notes add column announced_at timestamptz;

    -- Empty as long as the bot never ran twice at once.
    create view bot_overlaps as
        with spans as (
            select instance, min(polled_at) as first, max(polled_at) as last from bot_polls group by instance)
        select a.instance as one, b.instance as other,
               greatest(a.first, b.first) as since, least(a.last, b.last) as until
        from spans a join spans b
            on a.instance < b.instance and a.first <= b.last and b.first <= a.last;
    """,
]

# Any number will do, as long as every migration of this application takes the same.
LOCK = 7_267_301


def run() -> int:
    try:
        connection = database.connect("migrate")
    except database.Error as error:
        log(f"migrate: cannot reach the database: {str(error).strip()}")
        return 1
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        cursor.execute("create table if not exists schema_version (version integer not null)")
        cursor.execute("select coalesce(max(version), 0) from schema_version")
        version = cursor.fetchone()[0]
    for number, step in enumerate(STEPS[version:], version + 1):
        with database.transaction(connection) as cursor:
            cursor.execute(step)
            cursor.execute("insert into schema_version values (%s)", [number])
        log(f"migrate: version {number}")
    with connection.cursor() as cursor:
        cursor.execute("insert into settings values ('greeting', 'Leave a note') on conflict do nothing")
    log(f"migrate: the schema is at version {len(STEPS)}")
    connection.close()
    return 0
