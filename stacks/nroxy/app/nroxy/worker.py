"""Takes jobs out of the database, one at a time. Several workers never take the same one."""

from nroxy import database, loop
from nroxy.log import log


def turn(connection, stop) -> None:
    with database.transaction(connection) as cursor:
        cursor.execute("""
            delete from jobs where id = (select id from jobs order by id for update skip locked limit 1)
            returning note_id""")
        job = cursor.fetchone()
        if job:
            cursor.execute(
                "update notes set words = array_length(regexp_split_to_array(trim(body), '\\s+'), 1)"
                " where id = %s", job)
            log(f"worker: counted note {job[0]}")
    loop.beat()
    if not job:
        stop.wait(1)


def run() -> int:
    return loop.run("worker", turn)
