"""Small computers at home, mostly in Python, in English."""

from ask.stackexchange.sample.texts import subject, topic

_TAGS = """
    raspberry-pi The small computer and its pins, cards and power supplies.
    python Programs in Python, and what goes wrong with them.
    gpio General purpose pins: reading and switching things.
    sensors Temperature, moisture, light and what else can be measured.
    i2c The two-wire bus between a computer and its sensors.
    one-wire
    systemd Services and timers that start by themselves.
    cron Commands that run at a given time.
    bash Shell scripts.
    sqlite Keeping measurements in a database of one file.
    sql
    backup Copies, and how to get back what was lost.
    sd-card Cards that wear out, and how to spare them.
    wifi Wireless networks at home.
    mqtt Messages between devices.
    camera
    javascript What runs in the page that shows the measurements.
    power-supply
    docker Containers on small machines.
    logging
    electronics Resistors, transistors and what else is soldered.
    timezone Clocks, summer time, and other sources of grief.
    """

_SENSOR = topic(
    language="en",
    tags="sensors raspberry-pi python gpio",
    slots={
        "sensor": """
            DS18B20 temperature sensor # one-wire
            BME280 weather sensor # i2c
            soil moisture sensor # electronics
            ultrasonic distance sensor # gpio
            light sensor # i2c
            reed switch # gpio
            """,
        "fault": """
            returns 85 degrees now and then
            stops after a few hours # power-supply
            returns nothing but zeros
            gives values that jump
            is not found on the bus
            works only after a restart
            """,
        "board": """
            Raspberry Pi 3
            Raspberry Pi 4
            Raspberry Pi Zero
            Raspberry Pi Pico
            """,
    },
    titles="""
        {Sensor} on a {board} {fault}
        Why does my {sensor} work on the desk but not outside?
        How long may the cable between a {board} and {sensor:a} be?
        Reading {sensor:a} every minute without blocking the program
        Pull-up resistor for {sensor:a} on a {board}: which value?
        How to find out whether the {sensor} or the {board} is to blame
        """,
    question="""
        I have connected {sensor:a} to a {board}. It works at first, but then it {fault}.
        ~
        My {board} reads {sensor:a} once a minute. Since I moved it to the balcony it {fault}.
        =
        The code is as simple as possible:

        ```lang-py
        import time

        from board_sensors import read_value

        while True:
            print(time.strftime("%H:%M:%S"), read_value())
            time.sleep(60)
        ```
        ~
        The log of last night:

        ```
        02:13:00 18.437
        02:14:00 18.437
        02:15:00 None
        02:16:00 None
        ```
        =?
        The cable is about three metres long, a piece of old network cable.
        ~
        I have already exchanged the power supply, without any effect.
        ~
        ![the wiring](https://i.stack.imgur.com/{image}.jpg)
        =
        How do I find out what is wrong?
        ~
        Is this a fault of the hardware, or do I have to catch it in the program?
        """,
    answer="""
        Look at the power first. A {board} is sensitive to a weak supply, and a sensor is the first
        thing to notice: run `vcgencmd get_throttled` and see whether it prints `0x0`.
        ~
        That is the typical sign of a missing pull-up. Put 4.7 kΩ between data and 3.3 V, for long
        cables 2.2 kΩ.
        ~
        Expect it to fail sometimes, and write the program accordingly: no sensor on a long cable is
        perfect.
        ~
        Exchange one thing at a time: cable, sensor, board, program, in this order. In nine cases of
        ten it is the cable.
        =?
        Something like this has been running here for two years:

        ```lang-py
        def read_patiently(read, *, attempts: int = 3, pause: float = 0.5):
            \"\"\"Return the first value that is not None, or None.\"\"\"
            for _ in range(attempts):
                value = read()
                if value is not None and -40 < value < 80:
                    return value
                time.sleep(pause)
            return None
        ```
        ~
        Check the bus itself:

        ```lang-bash
        sudo i2cdetect -y 1
        dmesg | tail -n 20
        ls /sys/bus/w1/devices
        ```
        =?
        Twisted pairs matter: data together with *ground*, never with the supply.
        ~
        Take the median of five readings, not the mean. One wild value then does no harm.
        """,
    comments="""
        What does `dmesg` say?
        Is the pull-up resistor there?
        How long is the cable?
        A {board} has only one supply of 3.3 V, how much hangs on it?
        Did you try another {sensor}?
        Use `logging` instead of `print`, then you will see when it began.
        """,
)

_SCHEDULE = topic(
    language="en",
    tags="cron systemd python bash",
    slots={
        "job": """
            backup script # backup
            Python script # python
            measurement script # sensors
            photo upload # camera wifi
            database clean-up # sqlite
            """,
        "time": """
            every five minutes
            every night at three
            on the first of the month
            after a restart
            every hour on weekdays
            """,
        "trouble": """
            runs twice in October # timezone
            works by hand but not from cron
            does nothing and says nothing # logging
            is still running when the next one starts
            cannot find its files
            """,
    },
    titles="""
        My {job} {trouble}
        How to run {job:a} {time} without overlapping
        {Job} {time}: cron or a systemd timer?
        Why is {job:a} that should run {time} not started at all?
        Where does the output of {job:a} go when it runs {time}?
        How do I get a mail when my {job} fails?
        """,
    question="""
        I have {job:a} that should run {time}. It {trouble}.
        ~
        For a year everything was fine, and now my {job} {trouble}. It is started {time}.
        =
        The line in my crontab:

        ```
        */5 * * * * /home/pi/jobs/run.sh
        ```
        ~
        The script begins like this:

        ```lang-bash
        #!/bin/bash
        cd ~/jobs
        python3 job.py >> job.log
        ```
        =
        What is the difference to starting it by hand?
        ~
        What is the usual way to do this?
        ~
        How do I even see what happens?
        """,
    answer="""
        Cron gives your program almost no environment: another `PATH`, no profile, and the home as
        the working directory. Use full paths everywhere.
        ~
        Write down what it says. Without `2>&1` the errors go to a mailbox that nobody reads.
        ~
        Wrap it in `flock`; then the second one waits or gives up instead of running beside the
        first.
        ~
        I would use a systemd timer: it knows when it ran last, it logs, and `systemctl status`
        shows
        all of it.
        =?
        ```lang-bash
        */5 * * * * /usr/bin/flock -n /tmp/job.lock /home/pi/jobs/run.sh >> /home/pi/job.log 2>&1
        ```
        ~
        The unit, in `/etc/systemd/system/job.timer`:

        ```lang-ini
        [Timer]
        OnCalendar=*-*-* 03:00:00
        Persistent=true

        [Install]
        WantedBy=timers.target
        ```
        ~
        Three things to check, in this order:

        1. `grep CRON /var/log/syslog`
        2. the rights of the script (`chmod +x`)
        3. a new line at the end of the crontab
        =?
        Keep the clock of the machine in UTC and you will never meet the hour that comes twice.
        ~
        In nano, <kbd>Ctrl</kbd>+<kbd>O</kbd> saves and <kbd>Ctrl</kbd>+<kbd>X</kbd> leaves.
        """,
    comments="""
        Which user's crontab is it?
        What does the log say?
        Add `set -eu` to the script and see where it stops.
        Is the card full?
        Have you tried `env -i /bin/bash` to see what cron sees?
        """,
)

_MEASUREMENTS = topic(
    language="en",
    tags="sqlite sql python",
    slots={
        "rows": """
            two million rows
            ten million rows # sd-card
            a year of measurements
            one row a second # mqtt
            """,
        "wish": """
            daily averages
            the last value of each sensor # sensors
            gaps longer than an hour
            a chart of the last week # javascript
            the coldest night of each month
            """,
        "machine": """
            Raspberry Pi # raspberry-pi
            small server at home # docker
            ten-year-old laptop
            """,
    },
    titles="""
        How to get {wish} from a SQLite table with {rows}
        Query for {wish} takes a minute on a {machine}
        Is SQLite good enough for {rows} on a {machine}?
        database is locked: {rows} and one reader
        Which index helps to find {wish}?
        Keep {rows} or only the averages?
        """,
    question="""
        I collect measurements on a {machine}; by now it is {rows}. I want to see {wish}.
        ~
        There is a small page on my {machine} that shows {wish}. With {rows} it has become slow.
        =
        The table:

        ```lang-sql
        CREATE TABLE measurement (
            id INTEGER PRIMARY KEY,
            sensor TEXT NOT NULL,
            measured_at INTEGER NOT NULL,
            value REAL
        );
        ```
        ~
        What I do now:

        ```lang-py
        rows = connection.execute("SELECT * FROM measurement").fetchall()
        recent = [row for row in rows if row[2] > start]
        ```
        =?
        The card is an ordinary one with 32 GB. Writing is fast enough.
        ~
        `EXPLAIN QUERY PLAN` says `SCAN measurement`.
        =
        How is this done better?
        ~
        Do I need another database?
        """,
    answer="""
        You need an index, not another database:

        ```lang-sql
        CREATE INDEX measurement_by_sensor ON measurement (sensor, measured_at);
        ```
        ~
        Let the database do the work. Fetching everything to throw most of it away is what takes the
        time.
        ~
        Compute {wish} once, when the values come in, and keep them in a table of their own. A page
        should only read.
        ~
        SQLite does not mind {rows} at all. What hurts is a card that has to seek, so read less.
        =?
        For the averages of each day:

        ```lang-sql
        SELECT sensor, date(measured_at, 'unixepoch') AS day, avg(value), min(value), max(value)
        FROM measurement
        WHERE measured_at >= unixepoch('now', '-30 days')
        GROUP BY sensor, day;
        ```
        ~
        And drawing it in the page needs no library:

        ```lang-js
        const points = values.map((value, at) => `${at * step},${height - value * scale}`);
        line.setAttribute("points", points.join(" "));
        ```
        ~
        | way | time |
        | --- | ---: |
        | everything into Python | 41 s |
        | with `WHERE` | 6 s |
        | with an index | 0.02 s |
        =?
        Switch on `PRAGMA journal_mode = WAL`, then readers and the writer leave each other alone.
        ~
        Store moments as whole seconds in UTC. You will thank yourself in October.
        """,
    comments="""
        What does `EXPLAIN QUERY PLAN` say?
        How big is the file?
        {Rows} is nothing for SQLite with the right index.
        Did you run `ANALYZE`?
        """,
)

SUBJECT = subject(language="en", tags=_TAGS, topics=(_SENSOR, _SCHEDULE, _MEASUREMENTS))
