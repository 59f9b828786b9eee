CREATE FUNCTION public.loa_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TABLE public.activities (
    id integer NOT NULL,
    form character varying(48) NOT NULL,
    title character varying(300) NOT NULL,
    topic_code character varying(64) NOT NULL,
    unit_code character varying(32) NOT NULL,
    day date NOT NULL,
    place character varying(300) NOT NULL,
    attendance integer,
    views integer,
    link character varying(500) NOT NULL,
    note text NOT NULL,
    by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT ck_activities_attendance CHECK (((attendance IS NULL) OR (attendance >= 0))),
    CONSTRAINT ck_activities_views CHECK (((views IS NULL) OR (views >= 0)))
);
CREATE SEQUENCE public.activities_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.activities_id_seq OWNED BY public.activities.id;
CREATE TABLE public.airing_proofs (
    entry_id character varying(80) NOT NULL,
    ear character varying(8) NOT NULL,
    heard_share double precision,
    level_dbfs double precision,
    expected_dbfs double precision,
    gap_ms integer NOT NULL,
    match double precision,
    lag_ms integer,
    recording character varying(300),
    offset_ms integer,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_tokens (
    id character varying(16) NOT NULL,
    name character varying(40) NOT NULL,
    sha256 character varying(64) NOT NULL,
    scopes json NOT NULL,
    by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.approvals (
    id integer NOT NULL,
    script_id integer NOT NULL,
    revision_id integer NOT NULL,
    rendition_id integer,
    decision character varying(16) NOT NULL,
    by character varying(64) NOT NULL,
    own_work boolean NOT NULL,
    comment text NOT NULL,
    spoken_sha256 character varying(64),
    audio_sha256 character varying(64),
    at timestamp with time zone NOT NULL,
    behalf character varying(64),
    CONSTRAINT ck_approvals_decision CHECK (((decision)::text = ANY ((ARRAY['approved'::character varying, 'returned'::character varying, 'withdrawn'::character varying])::text[])))
);
CREATE SEQUENCE public.approvals_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.approvals_id_seq OWNED BY public.approvals.id;
CREATE TABLE public.audit_events (
    id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(64) NOT NULL,
    verb character varying(64) NOT NULL,
    object_kind character varying(32) NOT NULL,
    object_id character varying(64) NOT NULL,
    note text NOT NULL,
    before json,
    after json
);
CREATE SEQUENCE public.audit_events_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_events_id_seq OWNED BY public.audit_events.id;
CREATE TABLE public.broadcasts (
    id integer NOT NULL,
    slot_key character varying(140) NOT NULL,
    kind character varying(32) NOT NULL,
    title character varying(300) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    zones json NOT NULL,
    rundown json NOT NULL,
    reasons json NOT NULL,
    sound_ms integer NOT NULL,
    late character varying(8) NOT NULL,
    grace_s integer NOT NULL,
    overrun character varying(8) NOT NULL,
    state character varying(32) NOT NULL,
    verdict text NOT NULL,
    owner character varying(120),
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    by_hand boolean DEFAULT false NOT NULL,
    emergency_id integer,
    confirmed_by character varying(64) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE public.broadcasts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.broadcasts_id_seq OWNED BY public.broadcasts.id;
CREATE TABLE public.campaigns (
    id integer NOT NULL,
    state character varying(32) NOT NULL,
    title character varying(300) NOT NULL,
    number character varying(60) NOT NULL,
    issued_on date,
    first date NOT NULL,
    last date NOT NULL,
    basis json NOT NULL,
    topics json NOT NULL,
    forms json NOT NULL,
    audiences json NOT NULL,
    units json NOT NULL,
    deadlines json NOT NULL,
    source_name character varying(300) NOT NULL,
    source_text text NOT NULL,
    by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_campaigns_days CHECK ((last >= first))
);
CREATE SEQUENCE public.campaigns_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.campaigns_id_seq OWNED BY public.campaigns.id;
CREATE TABLE public.chain_head (
    id integer NOT NULL,
    seq integer NOT NULL,
    hash character varying(64) NOT NULL
);
CREATE TABLE public.commands (
    id integer NOT NULL,
    verb character varying(32) NOT NULL,
    arguments json NOT NULL,
    by character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    answer text NOT NULL
);
CREATE SEQUENCE public.commands_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.commands_id_seq OWNED BY public.commands.id;
CREATE TABLE public.cues (
    name character varying(64) NOT NULL,
    kind character varying(32) NOT NULL,
    title character varying(200) NOT NULL,
    audio_sha256 character varying(64) NOT NULL,
    duration_ms integer NOT NULL,
    licence character varying(64) NOT NULL,
    source character varying(200) NOT NULL
);
CREATE TABLE public.day_exceptions (
    day date NOT NULL,
    kind character varying(32) NOT NULL,
    title character varying(200) NOT NULL
);
CREATE TABLE public.delegations (
    id integer NOT NULL,
    chief character varying(64) NOT NULL,
    deputy character varying(64) NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by character varying(64)
);
CREATE SEQUENCE public.delegations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.delegations_id_seq OWNED BY public.delegations.id;
CREATE TABLE public.emergencies (
    id integer NOT NULL,
    title character varying(300) NOT NULL,
    text text NOT NULL,
    zones json NOT NULL,
    reason text NOT NULL,
    repeat_minutes integer,
    interrupted character varying(32) NOT NULL,
    state character varying(32) NOT NULL,
    source json,
    cap_identifier character varying(300),
    recorded boolean NOT NULL,
    quick_sha256 character varying(64),
    quick_ms integer NOT NULL,
    quick_voice character varying(80) NOT NULL,
    good_sha256 character varying(64),
    good_ms integer NOT NULL,
    good_voice character varying(80) NOT NULL,
    trouble text NOT NULL,
    created_by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_by character varying(64) NOT NULL,
    confirmed_at timestamp with time zone,
    ended_by character varying(64) NOT NULL,
    ended_at timestamp with time zone,
    end_reason text NOT NULL,
    replaced_by integer,
    finding character varying(32),
    review_note text NOT NULL,
    reviewed_by character varying(64) NOT NULL,
    reviewed_at timestamp with time zone
);
CREATE SEQUENCE public.emergencies_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.emergencies_id_seq OWNED BY public.emergencies.id;
CREATE TABLE public.hearings (
    id integer NOT NULL,
    rendition_id integer NOT NULL,
    kind character varying(16) NOT NULL,
    file character varying(300) NOT NULL,
    share double precision NOT NULL,
    summary text NOT NULL,
    sentences json NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT ck_hearings_kind CHECK (((kind)::text = ANY ((ARRAY['rendition'::character varying, 'recording'::character varying, 'aircheck'::character varying])::text[])))
);
CREATE SEQUENCE public.hearings_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.hearings_id_seq OWNED BY public.hearings.id;
CREATE TABLE public.heartbeats (
    process character varying(32) NOT NULL,
    host character varying(120) NOT NULL,
    pid integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status json NOT NULL
);
CREATE TABLE public.incidents (
    id integer NOT NULL,
    what character varying(48) NOT NULL,
    zone character varying(32),
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    note text NOT NULL
);
CREATE SEQUENCE public.incidents_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.incidents_id_seq OWNED BY public.incidents.id;
CREATE TABLE public.jobs (
    id integer NOT NULL,
    kind character varying(32) NOT NULL,
    key character varying(120) NOT NULL,
    arguments json NOT NULL,
    state character varying(16) NOT NULL,
    progress double precision NOT NULL,
    attempts integer NOT NULL,
    run_after timestamp with time zone NOT NULL,
    claimed_by character varying(120),
    claimed_at timestamp with time zone,
    finished_at timestamp with time zone,
    error text NOT NULL,
    by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.jobs_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.jobs_id_seq OWNED BY public.jobs.id;
CREATE TABLE public.leases (
    name character varying(32) NOT NULL,
    owner character varying(120) NOT NULL,
    until timestamp with time zone NOT NULL,
    waiting character varying(120) DEFAULT ''::character varying NOT NULL,
    waiting_at timestamp with time zone
);
CREATE TABLE public.lexicon_entries (
    id integer NOT NULL,
    script_id integer,
    written character varying(200) NOT NULL,
    spoken text NOT NULL,
    mode character varying(16) NOT NULL,
    any_case boolean NOT NULL,
    preceded_by json NOT NULL,
    followed_by json NOT NULL,
    valid_from date,
    valid_until date,
    respell json NOT NULL,
    alternatives json NOT NULL,
    note text NOT NULL,
    since integer NOT NULL,
    until integer,
    CONSTRAINT ck_lexicon_entries_mode CHECK (((mode)::text = ANY ((ARRAY['expand'::character varying, 'word'::character varying, 'spell'::character varying, 'leave'::character varying])::text[]))),
    CONSTRAINT ck_lexicon_entries_until CHECK (((until IS NULL) OR (until > since)))
);
CREATE SEQUENCE public.lexicon_entries_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.lexicon_entries_id_seq OWNED BY public.lexicon_entries.id;
CREATE TABLE public.lexicon_versions (
    number integer NOT NULL,
    script_id integer,
    at timestamp with time zone NOT NULL,
    by character varying(64) NOT NULL,
    note text NOT NULL
);
CREATE SEQUENCE public.lexicon_versions_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.lexicon_versions_number_seq OWNED BY public.lexicon_versions.number;
CREATE TABLE public.play_log (
    seq integer NOT NULL,
    id character varying(80) NOT NULL,
    broadcast_id integer,
    broadcast_title character varying(300) NOT NULL,
    item_no integer NOT NULL,
    zone character varying(32) NOT NULL,
    kind character varying(16) NOT NULL,
    title character varying(300) NOT NULL,
    script_id integer,
    revision integer,
    topic character varying(64),
    unit character varying(32),
    genre character varying(32),
    audio_sha256 character varying(64),
    planned_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    duration_ms integer NOT NULL,
    heard_ms integer NOT NULL,
    outcome character varying(32) NOT NULL,
    reason text NOT NULL,
    actor character varying(64) NOT NULL,
    host character varying(120) NOT NULL,
    sink character varying(64) NOT NULL,
    voice character varying(80),
    corrects character varying(80),
    recorded_at timestamp with time zone NOT NULL,
    prev_hash character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT ck_play_log_heard CHECK (((heard_ms >= 0) AND (heard_ms <= duration_ms)))
);
CREATE TABLE public.proofs (
    id integer NOT NULL,
    activity_id integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    name character varying(200) NOT NULL,
    media_type character varying(100) NOT NULL,
    size integer NOT NULL,
    by character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.proofs_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.proofs_id_seq OWNED BY public.proofs.id;
CREATE TABLE public.renditions (
    id integer NOT NULL,
    revision_id integer NOT NULL,
    spoken_text text NOT NULL,
    spoken_sha256 character varying(64) NOT NULL,
    lexicon_version character varying(64) NOT NULL,
    voice character varying(80) NOT NULL,
    engine_version character varying(120) NOT NULL,
    audio_sha256 character varying(64) NOT NULL,
    duration_ms integer NOT NULL,
    lufs double precision NOT NULL,
    dbtp double precision NOT NULL,
    cues json NOT NULL,
    notes json NOT NULL,
    created_at timestamp with time zone NOT NULL,
    rate double precision,
    CONSTRAINT ck_renditions_duration CHECK ((duration_ms > 0))
);
CREATE SEQUENCE public.renditions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.renditions_id_seq OWNED BY public.renditions.id;
CREATE TABLE public.reports (
    id integer NOT NULL,
    period character varying(40) NOT NULL,
    title character varying(300) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    figures json NOT NULL,
    entries_to integer NOT NULL,
    last_hash character varying(64) NOT NULL,
    files json NOT NULL,
    by character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    content json DEFAULT '{}'::json NOT NULL,
    content_sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    entries_from integer DEFAULT 0 NOT NULL,
    issued_number character varying(60) DEFAULT ''::character varying NOT NULL,
    issued_on date
);
CREATE SEQUENCE public.reports_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reports_id_seq OWNED BY public.reports.id;
CREATE TABLE public.revisions (
    id integer NOT NULL,
    script_id integer NOT NULL,
    number integer NOT NULL,
    body text NOT NULL,
    body_sha256 character varying(64) NOT NULL,
    author character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.revisions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.revisions_id_seq OWNED BY public.revisions.id;
CREATE TABLE public.rotations (
    id integer NOT NULL,
    code character varying(64) NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    definition json NOT NULL,
    sha256 character varying(64) NOT NULL,
    applied_by character varying(64) NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);
CREATE SEQUENCE public.rotations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.rotations_id_seq OWNED BY public.rotations.id;
CREATE TABLE public.script_drafts (
    id character varying(32) NOT NULL,
    script_id integer,
    username character varying(64) NOT NULL,
    tab character varying(32) NOT NULL,
    serial integer NOT NULL,
    base integer,
    fields json NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE public.scripts (
    id integer NOT NULL,
    title character varying(300) NOT NULL,
    folded text NOT NULL,
    unit_code character varying(32) NOT NULL,
    topic_code character varying(64) NOT NULL,
    genre character varying(32) NOT NULL,
    priority character varying(32) NOT NULL,
    state character varying(32) NOT NULL,
    valid_from date,
    valid_to date,
    verify json NOT NULL,
    source_name character varying(300),
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    lowered text DEFAULT ''::text NOT NULL,
    title_key text DEFAULT ''::text NOT NULL,
    voice character varying(80),
    rate double precision,
    kept json DEFAULT '[]'::json NOT NULL,
    airings integer DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.scripts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.scripts_id_seq OWNED BY public.scripts.id;
CREATE TABLE public.sign_ins (
    id character varying(32) NOT NULL,
    user_id integer NOT NULL,
    epoch integer NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    address character varying(64) NOT NULL,
    browser character varying(200) NOT NULL,
    ended_at timestamp with time zone
);
CREATE TABLE public.stale_marks (
    id integer NOT NULL,
    script_id integer NOT NULL,
    approval_id integer NOT NULL,
    version integer NOT NULL,
    hold boolean NOT NULL,
    changes json NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(64) NOT NULL,
    cleared_at timestamp with time zone
);
CREATE SEQUENCE public.stale_marks_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.stale_marks_id_seq OWNED BY public.stale_marks.id;
CREATE TABLE public.topics (
    code character varying(64) NOT NULL,
    title text NOT NULL,
    short character varying(120) NOT NULL,
    "position" integer NOT NULL
);
CREATE TABLE public.unit_parts (
    id integer NOT NULL,
    unit_code character varying(32) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    state character varying(32) NOT NULL,
    body text NOT NULL,
    comment text NOT NULL,
    by character varying(64) NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    decided_by character varying(64),
    decided_at timestamp with time zone
);
CREATE SEQUENCE public.unit_parts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.unit_parts_id_seq OWNED BY public.unit_parts.id;
CREATE TABLE public.units (
    code character varying(32) NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(32) NOT NULL
);
CREATE TABLE public.users (
    id integer NOT NULL,
    username character varying(64) NOT NULL,
    full_name character varying(200) NOT NULL,
    unit_code character varying(32),
    roles json NOT NULL,
    password_hash character varying(300) NOT NULL,
    must_change boolean NOT NULL,
    session_epoch integer NOT NULL,
    failures integer NOT NULL,
    locked_until timestamp with time zone,
    last_seen_at timestamp with time zone,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    totp_secret character varying(64),
    totp_last integer DEFAULT 0 NOT NULL,
    recovery_hashes json DEFAULT '[]'::json NOT NULL
);
CREATE SEQUENCE public.users_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
CREATE TABLE public.zone_groups (
    code character varying(32) NOT NULL,
    name character varying(200) NOT NULL,
    members json NOT NULL
);
CREATE TABLE public.zone_notes (
    id integer NOT NULL,
    zone character varying(32) NOT NULL,
    kind character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL,
    text text NOT NULL,
    by character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    closed_by character varying(64),
    answer text DEFAULT ''::text NOT NULL,
    CONSTRAINT ck_zone_notes_kind CHECK (((kind)::text = ANY ((ARRAY['repair'::character varying, 'noise'::character varying])::text[])))
);
CREATE SEQUENCE public.zone_notes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.zone_notes_id_seq OWNED BY public.zone_notes.id;
CREATE TABLE public.zones (
    code character varying(32) NOT NULL,
    name character varying(200) NOT NULL,
    place character varying(300) NOT NULL,
    sink character varying(64) NOT NULL,
    volume integer NOT NULL,
    enabled boolean NOT NULL,
    "position" integer NOT NULL,
    latitude double precision,
    longitude double precision,
    device character varying(32) DEFAULT 'horn'::character varying NOT NULL,
    condition character varying(32) DEFAULT 'good'::character varying NOT NULL,
    volume_bands json DEFAULT '[]'::json NOT NULL,
    bass double precision DEFAULT '0'::double precision NOT NULL,
    treble double precision DEFAULT '0'::double precision NOT NULL,
    gain double precision DEFAULT '0'::double precision NOT NULL,
    CONSTRAINT ck_zones_volume CHECK (((volume >= 0) AND (volume <= 100)))
);
ALTER TABLE ONLY public.activities ALTER COLUMN id SET DEFAULT nextval('public.activities_id_seq'::regclass);
ALTER TABLE ONLY public.approvals ALTER COLUMN id SET DEFAULT nextval('public.approvals_id_seq'::regclass);
ALTER TABLE ONLY public.audit_events ALTER COLUMN id SET DEFAULT nextval('public.audit_events_id_seq'::regclass);
ALTER TABLE ONLY public.broadcasts ALTER COLUMN id SET DEFAULT nextval('public.broadcasts_id_seq'::regclass);
ALTER TABLE ONLY public.campaigns ALTER COLUMN id SET DEFAULT nextval('public.campaigns_id_seq'::regclass);
ALTER TABLE ONLY public.commands ALTER COLUMN id SET DEFAULT nextval('public.commands_id_seq'::regclass);
ALTER TABLE ONLY public.delegations ALTER COLUMN id SET DEFAULT nextval('public.delegations_id_seq'::regclass);
ALTER TABLE ONLY public.emergencies ALTER COLUMN id SET DEFAULT nextval('public.emergencies_id_seq'::regclass);
ALTER TABLE ONLY public.hearings ALTER COLUMN id SET DEFAULT nextval('public.hearings_id_seq'::regclass);
ALTER TABLE ONLY public.incidents ALTER COLUMN id SET DEFAULT nextval('public.incidents_id_seq'::regclass);
ALTER TABLE ONLY public.jobs ALTER COLUMN id SET DEFAULT nextval('public.jobs_id_seq'::regclass);
ALTER TABLE ONLY public.lexicon_entries ALTER COLUMN id SET DEFAULT nextval('public.lexicon_entries_id_seq'::regclass);
ALTER TABLE ONLY public.lexicon_versions ALTER COLUMN number SET DEFAULT nextval('public.lexicon_versions_number_seq'::regclass);
ALTER TABLE ONLY public.proofs ALTER COLUMN id SET DEFAULT nextval('public.proofs_id_seq'::regclass);
ALTER TABLE ONLY public.renditions ALTER COLUMN id SET DEFAULT nextval('public.renditions_id_seq'::regclass);
ALTER TABLE ONLY public.reports ALTER COLUMN id SET DEFAULT nextval('public.reports_id_seq'::regclass);
ALTER TABLE ONLY public.revisions ALTER COLUMN id SET DEFAULT nextval('public.revisions_id_seq'::regclass);
ALTER TABLE ONLY public.rotations ALTER COLUMN id SET DEFAULT nextval('public.rotations_id_seq'::regclass);
ALTER TABLE ONLY public.scripts ALTER COLUMN id SET DEFAULT nextval('public.scripts_id_seq'::regclass);
ALTER TABLE ONLY public.stale_marks ALTER COLUMN id SET DEFAULT nextval('public.stale_marks_id_seq'::regclass);
ALTER TABLE ONLY public.unit_parts ALTER COLUMN id SET DEFAULT nextval('public.unit_parts_id_seq'::regclass);
ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);
ALTER TABLE ONLY public.zone_notes ALTER COLUMN id SET DEFAULT nextval('public.zone_notes_id_seq'::regclass);
INSERT INTO public.airing_proofs VALUES ('b1-1-am02', 'sent', 1, -17.2, -17.2, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:37:14.527952+00');
INSERT INTO public.airing_proofs VALUES ('b1-1-am01', 'sent', 1, -17.2, -17.2, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:37:14.527952+00');
INSERT INTO public.airing_proofs VALUES ('b12-1-aircheck', 'sent', 1, -14.6, -14.6, 0, 1, NULL, NULL, NULL, '2026-11-30 03:37:18.425573+00');
INSERT INTO public.airing_proofs VALUES ('b13-1-am01', 'sent', 1, -18.8, -18.8, 0, 1, NULL, NULL, NULL, '2026-11-30 03:37:25.45422+00');
INSERT INTO public.airing_proofs VALUES ('b14-1-am01', 'sent', 1, -16.6, -16.6, 0, 1, NULL, NULL, NULL, '2026-11-30 03:37:30.664011+00');
INSERT INTO public.airing_proofs VALUES ('b15-1-am02', 'sent', 1, -17.1, -17.1, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:37:35.017735+00');
INSERT INTO public.airing_proofs VALUES ('b14-2-am01', 'sent', 1, -16.6, -16.6, 0, 1, NULL, NULL, NULL, '2026-11-30 03:37:35.344968+00');
INSERT INTO public.airing_proofs VALUES ('b16-1-am01', 'sent', 1, -16.7, -16.7, 0, 1, NULL, NULL, NULL, '2026-11-30 03:38:01.508068+00');
INSERT INTO public.airing_proofs VALUES ('b17-2-am02', 'sent', 1, -17, -16.9, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:38:09.61637+00');
INSERT INTO public.airing_proofs VALUES ('b17-2-am01', 'sent', 1, -17, -16.9, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:38:09.61637+00');
INSERT INTO public.airing_proofs VALUES ('b17-1-am02', 'sent', 1, -17.1, -17.1, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:38:09.61255+00');
INSERT INTO public.airing_proofs VALUES ('b17-1-am01', 'sent', 1, -17.1, -17.1, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:38:09.61255+00');
INSERT INTO public.airing_proofs VALUES ('b18-1-am01', 'sent', 1, -18.2, -18.2, 0, 1, NULL, NULL, NULL, '2026-11-30 03:38:17.881937+00');
INSERT INTO public.airing_proofs VALUES ('b21-1-am02', 'sent', NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, '2026-11-30 03:38:19.461659+00');
INSERT INTO public.airing_proofs VALUES ('b19-1-am01', 'sent', 1, -16.6, -16.6, 0, 1, NULL, NULL, NULL, '2026-11-30 03:38:21.913027+00');
INSERT INTO public.airing_proofs VALUES ('b23-1-am02', 'sent', 1, -17.1, -17.1, 0, 0.999, NULL, NULL, NULL, '2026-11-30 03:38:27.17614+00');
INSERT INTO public.alembic_version VALUES ('0013');
INSERT INTO public.approvals VALUES (1, 1, 1, 1, 'approved', 'lanhdao', false, '', 'c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:35:19.058012+00', NULL);
INSERT INTO public.approvals VALUES (2, 2, 2, 2, 'approved', 'lanhdao', false, '', '6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:35:19.743198+00', NULL);
INSERT INTO public.audit_events VALUES (1, '2026-11-30 03:35:18.21001+00', 'bientap', 'add', 'script', '1', 'Lịch tiêm chủng', 'null', 'null');
INSERT INTO public.audit_events VALUES (2, '2026-11-30 03:35:19.052624+00', 'bientap', 'speak', 'script', '1', 'tone:beep', 'null', 'null');
INSERT INTO public.audit_events VALUES (3, '2026-11-30 03:35:19.074058+00', 'lanhdao', 'approved', 'script', '1', '', 'null', 'null');
INSERT INTO public.audit_events VALUES (4, '2026-11-30 03:35:19.076576+00', 'bientap', 'add', 'script', '2', 'Họp dân', 'null', 'null');
INSERT INTO public.audit_events VALUES (5, '2026-11-30 03:35:19.735088+00', 'bientap', 'speak', 'script', '2', 'tone:beep', 'null', 'null');
INSERT INTO public.audit_events VALUES (6, '2026-11-30 03:35:19.755064+00', 'lanhdao', 'approved', 'script', '2', '', 'null', 'null');
INSERT INTO public.audit_events VALUES (7, '2026-11-30 03:35:19.795362+00', 'thử', 'apply', 'rotation', 'thu', '+ Lịch mới “Lịch thử”
+ Khung vao-giua “Vào giữa chừng” lúc 10:37, tối đa 2 phút
+ Khung chieu “Buổi chiều” lúc 17:00, tối đa 20 phút', 'null', 'null');
INSERT INTO public.audit_events VALUES (8, '2026-11-30 03:35:20.011299+00', 'thử', 'move', 'broadcast', '9', 'Buổi chiều', '{"starts_at":"2026-11-30T10:00:00+00:00"}', '{"starts_at":"2026-11-30T10:30:00+00:00"}');
INSERT INTO public.audit_events VALUES (9, '2026-11-30 03:35:20.036309+00', 'thử', 'copy', 'broadcast', '10', 'Buổi chiều', '{"starts_at":"2026-12-01T10:00:00+00:00"}', '{"starts_at":"2026-12-01T10:30:00+00:00"}');
INSERT INTO public.audit_events VALUES (10, '2026-11-30 03:35:20.047778+00', 'thử', 'skip', 'broadcast', '4', 'Buổi chiều', 'null', 'null');
INSERT INTO public.audit_events VALUES (11, '2026-11-30 03:35:20.075167+00', 'thử', 'plan', 'broadcast', '11', 'Buổi riêng', 'null', '{"starts_at":"2026-12-02T10:40:00+00:00"}');
INSERT INTO public.audit_events VALUES (12, '2026-11-30 03:37:14.66328+00', 'thử', 'plan', 'broadcast', '12', 'Thử', 'null', 'null');
INSERT INTO public.audit_events VALUES (13, '2026-11-30 03:37:18.603463+00', 'thử', 'plan', 'broadcast', '13', 'Thử loa', 'null', 'null');
INSERT INTO public.audit_events VALUES (14, '2026-11-30 03:37:25.651239+00', 'thử', 'plan', 'broadcast', '14', 'KHẨN CẤP: họp dân', 'null', 'null');
INSERT INTO public.audit_events VALUES (15, '2026-11-30 03:37:29.455139+00', 'thử', 'plan', 'broadcast', '15', 'Bản tin bị chiếm loa', 'null', 'null');
INSERT INTO public.audit_events VALUES (16, '2026-11-30 03:37:35.281941+00', 'vanhanh', 'playout.stop', 'playout', 'playout', '', 'null', '{"zones":["am01"]}');
INSERT INTO public.audit_events VALUES (17, '2026-11-30 03:37:35.425564+00', 'vanhanh', 'resume', 'broadcast', '16', 'Phần còn lại của số 14', 'null', 'null');
INSERT INTO public.audit_events VALUES (18, '2026-11-30 03:38:01.74519+00', 'thử', 'plan', 'broadcast', '17', 'Bản tin bị ngắt', 'null', 'null');
INSERT INTO public.audit_events VALUES (19, '2026-11-30 03:38:08.94753+00', 'vanhanh', 'draft', 'emergency', '1', 'Lũ về', 'null', '{"title":"Lũ về","text":"Nước lũ đang lên. Mời bà con lên chỗ cao.","zones":["am01"],"reason":"Công điện","repeat_s":7200.0,"interrupted":"resume","recording":null,"cap":null}');
INSERT INTO public.audit_events VALUES (20, '2026-11-30 03:38:09.246532+00', 'vanhanh', 'confirm', 'emergency', '1', 'Công điện', 'null', '{"title":"Lũ về","text":"Nước lũ đang lên. Mời bà con lên chỗ cao.","zones":["am01"],"reason":"Công điện","repeat_s":7200.0,"interrupted":"resume","recording":null,"cap":null}');
INSERT INTO public.audit_events VALUES (21, '2026-11-30 03:38:18.440733+00', 'vanhanh', 'cancel', 'emergency', '1', 'Nước đã rút', 'null', 'null');
INSERT INTO public.audit_events VALUES (22, '2026-11-30 03:38:18.588062+00', 'vanhanh', 'talk', 'broadcast', '21', 'Nhắc lịch', 'null', '{"zones":["am02"]}');
INSERT INTO public.audit_events VALUES (23, '2026-11-30 03:38:19.679174+00', 'thử', 'plan', 'broadcast', '22', 'Bỏ qua', 'null', 'null');
INSERT INTO public.audit_events VALUES (24, '2026-11-30 03:38:19.684622+00', 'vanhanh', 'playout.skip', 'playout', 'playout', '', 'null', '{"broadcast_id":22}');
INSERT INTO public.audit_events VALUES (25, '2026-11-30 03:38:19.873674+00', 'thử', 'plan', 'broadcast', '23', 'Còn mở', 'null', 'null');
INSERT INTO public.audit_events VALUES (26, '2026-11-30 03:38:30.657103+00', 'lanhdao', 'hand-over', 'evidence', 'bang-chung.zip', '2026-11-30 đến 2026-11-30: 20 bản ghi, dấu a1ce149601daaac0a5d793fd3f7862ea9e1f28dcfbb42a6856b4d667a517e31e', 'null', 'null');
INSERT INTO public.broadcasts VALUES (3, 'thu/vao-giua', 'rotation', 'Vào giữa chừng', '2026-12-01 03:37:00+00', '2026-12-01 03:39:00+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]', 14520, 'join', 120, 'cut', 'planned', '', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (5, 'thu/vao-giua', 'rotation', 'Vào giữa chừng', '2026-12-02 03:37:00+00', '2026-12-02 03:39:00+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]', 14520, 'join', 120, 'cut', 'planned', '', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (6, 'thu/chieu', 'rotation', 'Buổi chiều', '2026-12-02 10:00:00+00', '2026-12-02 10:20:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 01/12/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 01/12/2026)."}]', 32740, 'skip', 120, 'cut', 'planned', '', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (7, 'thu/vao-giua', 'rotation', 'Vào giữa chừng', '2026-12-03 03:37:00+00', '2026-12-03 03:39:00+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]', 14520, 'join', 120, 'cut', 'planned', '', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (8, 'thu/chieu', 'rotation', 'Buổi chiều', '2026-12-03 10:00:00+00', '2026-12-03 10:20:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 02/12/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 02/12/2026)."}]', 32740, 'skip', 120, 'cut', 'planned', '', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (4, 'thu/chieu', 'rotation', 'Buổi chiều', '2026-12-01 10:00:00+00', '2026-12-01 10:20:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."}]', 32740, 'skip', 120, 'cut', 'cancelled', 'thử bỏ qua buổi này.', NULL, NULL, NULL, false, NULL, '');
INSERT INTO public.broadcasts VALUES (1, 'thu/vao-giua', 'rotation', 'Vào giữa chừng', '2026-11-30 03:37:00+00', '2026-11-30 03:39:00+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":2,"title":"Họp dân","chosen":true,"why":"Phần cố định của khung phát."}]', 14520, 'join', 120, 'cut', 'partial', 'Phát dở: 0 trong 2 lượt mục phát đủ. Vào giữa chừng vì bắt đầu trễ.', 'vm:cadd2cd6', '2026-11-30 03:37:04.563507+00', '2026-11-30 03:37:14.520159+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (2, 'thu/chieu', 'rotation', 'Buổi chiều', '2026-11-30 10:00:00+00', '2026-11-30 10:20:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Chưa phát lần nào."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Chưa phát lần nào."}]', 32740, 'skip', 120, 'cut', 'cancelled', 'Dời sang 17:30 thứ hai, 30/11/2026.', NULL, NULL, NULL, true, NULL, '');
INSERT INTO public.broadcasts VALUES (9, 'moved/2-ea754a6e', 'once', 'Buổi chiều', '2026-11-30 10:30:00+00', '2026-11-30 10:50:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Chưa phát lần nào."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Chưa phát lần nào."}]', 32740, 'skip', 120, 'cut', 'planned', '', NULL, NULL, NULL, true, NULL, '');
INSERT INTO public.broadcasts VALUES (10, 'copy/4-e376af68', 'once', 'Buổi chiều', '2026-12-01 10:30:00+00', '2026-12-01 10:50:00+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Nhạc hiệu","audio_sha256":"e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce","duration_ms":16400,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[{"script_id":1,"title":"Lịch tiêm chủng","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."},{"script_id":2,"title":"Họp dân","chosen":true,"why":"Lâu nhất chưa phát lại (lần trước 30/11/2026)."}]', 32740, 'skip', 120, 'cut', 'planned', '', NULL, NULL, NULL, true, NULL, '');
INSERT INTO public.broadcasts VALUES (11, 'once/7289ac16-Buổi riêng', 'once', 'Buổi riêng', '2026-12-02 10:40:00+00', '2026-12-02 10:50:00+00', '["am01","am02","am03","am04","am05","am06","am07","am08","am09","am10","am11","am12"]', '[]', '[]', 0, 'air', 120, 'cut', 'planned', '', NULL, NULL, NULL, true, NULL, '');
INSERT INTO public.broadcasts VALUES (12, 'trial/20261130T033716-Thử', 'trial', 'Thử', '2026-11-30 03:37:16.624054+00', '2026-11-30 03:37:48.444054+00', '["am01"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 1820, 'air', 120, 'finish', 'aired', 'Đã phát đủ 1 mục tới bản ghi kiểm thính, bắt đầu lúc 10:37:16.', 'vm:cadd2cd6', '2026-11-30 03:37:16.624054+00', '2026-11-30 03:37:18.444239+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (13, 'tone/20261130T033720-Thử loa', 'once', 'Thử loa', '2026-11-30 03:37:20.540596+00', '2026-11-30 03:37:54.340596+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Chuông báo","audio_sha256":"d87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918","duration_ms":3800,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]', '[]', 3800, 'air', 120, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:37:21.', 'vm:cadd2cd6', '2026-11-30 03:37:21.671546+00', '2026-11-30 03:37:25.472872+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (15, 'once/20261130T033731-Bản tin bị chiếm loa', 'once', 'Bản tin bị chiếm loa', '2026-11-30 03:37:31.438903+00', '2026-11-30 03:38:03.258903+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 1820, 'air', 120, 'finish', 'partial', 'Phát dở: 1 trong 2 lượt mục phát đủ. Đang phát buổi “KHẨN CẤP: họp dân”.', 'vm:cadd2cd6', '2026-11-30 03:37:33.199869+00', '2026-11-30 03:37:35.02692+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (14, 'once/20261130T033727-KHẨN CẤP: họp dân', 'once', 'KHẨN CẤP: họp dân', '2026-11-30 03:37:27.579152+00', '2026-11-30 03:38:13.919152+00', '["am01"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 16340, 'air', 120, 'finish', 'partial', 'Phát dở: 1 trong 2 lượt mục phát đủ. vanhanh bấm dừng phát.', 'vm:cadd2cd6', '2026-11-30 03:37:27.579152+00', '2026-11-30 03:37:35.363044+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (16, 'rest/14-20261130T033747', 'once', 'KHẨN CẤP: họp dân (phần còn lại)', '2026-11-30 03:37:47+00', '2026-11-30 03:38:31.52+00', '["am01"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 14520, 'air', 120, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:37:47.', 'vm:cadd2cd6', '2026-11-30 03:37:47+00', '2026-11-30 03:38:01.521682+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (18, 'emergency/1/0', 'emergency', 'KHẨN CẤP: Lũ về', '2026-11-30 03:38:09.246532+00', '2026-11-30 03:48:17.446532+00', '["am01"]', '[{"no":1,"kind":"cue","title":"Tín hiệu báo động","audio_sha256":"18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2","duration_ms":8200,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]', '[]', 8200, 'air', 600, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:38:09.', 'vm:cadd2cd6', '2026-11-30 03:38:09.624301+00', '2026-11-30 03:38:17.86074+00', false, 1, 'vanhanh');
INSERT INTO public.broadcasts VALUES (21, 'talk/f6d25b2a25f0a173', 'once', 'Nhắc lịch', '2026-11-30 03:38:18.588062+00', '2026-11-30 03:48:48.588062+00', '["am02"]', '[{"no":1,"kind":"live","title":"Nhắc lịch","audio_sha256":"","duration_ms":600000,"script_id":null,"revision":null,"spoken_sha256":null,"topic":null,"unit":null,"genre":null,"voice":null,"relay":null}]', '[]', 600000, 'air', 30, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:38:18.', 'vm:cadd2cd6', '2026-11-30 03:38:18.73604+00', '2026-11-30 03:38:19.456272+00', false, NULL, 'vanhanh');
INSERT INTO public.broadcasts VALUES (17, 'once/20261130T033803-Bản tin bị ngắt', 'once', 'Bản tin bị ngắt', '2026-11-30 03:38:03.668665+00', '2026-11-30 03:38:51.828665+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":3,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 18160, 'air', 120, 'finish', 'partial', 'Phát dở: 2 trong 6 lượt mục phát đủ. Nhường sóng cho phát khẩn cấp.', 'vm:cadd2cd6', '2026-11-30 03:38:07.126906+00', '2026-11-30 03:38:09.631194+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (20, 'resume/17/1-0', 'once', 'Bản tin bị ngắt (phần bị ngắt)', '2026-11-30 03:38:20.106537+00', '2026-11-30 03:39:06.446537+00', '["am01","am02"]', '[{"no":1,"kind":"script","title":"Họp dân","audio_sha256":"a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab","duration_ms":14520,"script_id":2,"revision":1,"spoken_sha256":"6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null},{"no":2,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 16340, 'air', 60, 'finish', 'cancelled', 'Phần còn lại trùng giờ một buổi khác nên bỏ.', NULL, NULL, '2026-11-30 03:38:18.106537+00', false, 1, '');
INSERT INTO public.broadcasts VALUES (22, 'once/20261130T033821-Bỏ qua', 'once', 'Bỏ qua', '2026-11-30 03:38:21.650354+00', '2026-11-30 03:38:53.470354+00', '["am02"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 1820, 'air', 120, 'finish', 'cancelled', 'Đã hủy: vanhanh bỏ buổi này.', 'vm:cadd2cd6', NULL, '2026-11-30 03:38:19.763976+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (19, 'resume/15/1-0', 'once', 'Bản tin bị chiếm loa (phần bị ngắt)', '2026-11-30 03:38:20.106537+00', '2026-11-30 03:38:51.926537+00', '["am01"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 1820, 'air', 60, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:38:20.', 'vm:cadd2cd6', '2026-11-30 03:38:20.106537+00', '2026-11-30 03:38:21.931798+00', false, NULL, '');
INSERT INTO public.broadcasts VALUES (23, 'once/20261130T033821-Còn mở', 'once', 'Còn mở', '2026-11-30 03:38:21.843031+00', '2026-11-30 03:38:53.663031+00', '["am02"]', '[{"no":1,"kind":"script","title":"Lịch tiêm chủng","audio_sha256":"612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6","duration_ms":1820,"script_id":1,"revision":1,"spoken_sha256":"c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89","topic":"khac","unit":"vhxh","genre":"bulletin","voice":"tone:beep","relay":null}]', '[]', 1820, 'air', 120, 'finish', 'aired', 'Đã phát đủ 1 mục tới 1 cụm loa, bắt đầu lúc 10:38:25.', 'vm:cadd2cd6', '2026-11-30 03:38:25.344364+00', '2026-11-30 03:38:27.170816+00', false, NULL, '');
INSERT INTO public.chain_head VALUES (1, 20, '329a87f859269f292fc7e5c1149ddd9b0bd982c47c2994aaa41bb77de3115910');
INSERT INTO public.commands VALUES (1, 'stop', '{"zones":["am01"]}', 'vanhanh', '2026-11-30 03:37:35.281941+00', '2026-11-30 03:37:35.35058+00', 'Đã dừng phát tại am01.');
INSERT INTO public.commands VALUES (2, 'skip', '{"broadcast_id":22}', 'vanhanh', '2026-11-30 03:38:19.684622+00', '2026-11-30 03:38:19.718898+00', 'Đã bỏ buổi “Bỏ qua”.');
INSERT INTO public.cues VALUES ('nhac-hieu', 'opening', 'Nhạc hiệu', 'e3c5379bd9ccc1ec6f368d3e3f0475e653ec6c1ae87a3e0a28b70572da8a23ce', 16400, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('nhac-ket', 'closing', 'Nhạc kết', 'b9f8f2d60b175d5a3edfebb6f200997a057d2ddccf27e095b89ba8a88fc11b80', 9960, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('chuong', 'chime', 'Chuông báo', 'd87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918', 3800, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('ngat', 'separator', 'Nhạc ngắt', '2eebbb56738374d01a97c8a7b285fe4bd8b7e2f2fcf6f0f9d4513238e50a8889', 1500, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('ngat-thong-bao', 'separator', 'Nhạc ngắt trước thông báo', '07d9695f15158a44ff058ad93378b7c6d79833f691a60d14c2b33f7f77e88bb7', 2200, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('bao-dong', 'alert', 'Tín hiệu báo động', '18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2', 8200, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.cues VALUES ('am-chuan', 'line_up', 'Âm chuẩn 1 kHz, -18 dBFS', '86a7522f283091de6d6d894bddd7b4cdc7ba9b35a96e2ffd4fa1ec7ba98177ce', 10000, 'CC0-1.0', 'audio/recipe.py');
INSERT INTO public.day_exceptions VALUES ('2026-01-01', 'holiday', 'Tết Dương lịch');
INSERT INTO public.day_exceptions VALUES ('2026-02-16', 'tet', 'Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO public.day_exceptions VALUES ('2026-02-17', 'tet', 'Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO public.day_exceptions VALUES ('2026-02-18', 'tet', 'Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO public.day_exceptions VALUES ('2026-02-19', 'tet', 'Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO public.day_exceptions VALUES ('2026-02-20', 'tet', 'Tết Nguyên đán Bính Ngọ (mùng một: 17/02/2026)');
INSERT INTO public.day_exceptions VALUES ('2026-04-26', 'holiday', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)');
INSERT INTO public.day_exceptions VALUES ('2026-04-30', 'holiday', 'Ngày Giải phóng miền Nam, thống nhất đất nước');
INSERT INTO public.day_exceptions VALUES ('2026-05-01', 'holiday', 'Ngày Quốc tế Lao động');
INSERT INTO public.day_exceptions VALUES ('2026-09-02', 'holiday', 'Quốc khánh');
INSERT INTO public.day_exceptions VALUES ('2027-01-01', 'holiday', 'Tết Dương lịch');
INSERT INTO public.day_exceptions VALUES ('2027-02-05', 'tet', 'Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO public.day_exceptions VALUES ('2027-02-06', 'tet', 'Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO public.day_exceptions VALUES ('2027-02-07', 'tet', 'Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO public.day_exceptions VALUES ('2027-02-08', 'tet', 'Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO public.day_exceptions VALUES ('2027-02-09', 'tet', 'Tết Nguyên đán Đinh Mùi (mùng một: 06/02/2027)');
INSERT INTO public.day_exceptions VALUES ('2027-04-16', 'holiday', 'Giỗ Tổ Hùng Vương (10/3 âm lịch)');
INSERT INTO public.day_exceptions VALUES ('2027-04-30', 'holiday', 'Ngày Giải phóng miền Nam, thống nhất đất nước');
INSERT INTO public.day_exceptions VALUES ('2027-05-01', 'holiday', 'Ngày Quốc tế Lao động');
INSERT INTO public.day_exceptions VALUES ('2027-09-02', 'holiday', 'Quốc khánh');
INSERT INTO public.emergencies VALUES (1, 'Lũ về', 'Nước lũ đang lên. Mời bà con lên chỗ cao.', '["am01"]', 'Công điện', 120, 'resume', 'cancelled', 'null', NULL, false, NULL, 0, '', NULL, 0, '', '', 'vanhanh', '2026-11-30 03:38:08.94753+00', 'vanhanh', '2026-11-30 03:38:09.246532+00', 'vanhanh', '2026-11-30 03:38:18.440733+00', 'Nước đã rút', NULL, NULL, '', '', NULL);
INSERT INTO public.heartbeats VALUES ('playout', 'vm', 32731, '2026-11-30 03:38:27.288717+00', '{"on_air":[],"next":{"broadcast":9,"title":"Buổi chiều","kind":"once","starts_at":"2026-11-30T10:30:00+00:00","zones":["am01"],"items":3},"sinks":{"main":"ok","aircheck":"ok"},"hold":"","clock_doubted":false,"muted":[]}');
INSERT INTO public.jobs VALUES (1, 'plan', 'change', '{}', 'wanted', 0, 0, '2026-11-30 03:35:19.06439+00', NULL, NULL, NULL, '', 'lanhdao', '2026-11-30 03:35:19.06439+00');
INSERT INTO public.jobs VALUES (2, 'emergency-voice', '1', '{"emergency":1}', 'wanted', 0, 0, '2026-11-30 03:38:08.964005+00', NULL, NULL, NULL, '', 'vanhanh', '2026-11-30 03:38:08.964005+00');
INSERT INTO public.leases VALUES ('playout', 'vm:cadd2cd6', '2000-01-01 00:00:00+00', '', NULL);
INSERT INTO public.play_log VALUES (1, 'b1-1-am01', 1, 'Vào giữa chừng', 1, 'am01', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:37:00+00', '2026-11-30 03:37:04.573348+00', '2026-11-30 03:37:14.520159+00', 14520, 9956, 'partial', 'Vào giữa chừng vì bắt đầu trễ.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:14.548952+00', '0000000000000000000000000000000000000000000000000000000000000000', 'b677041aab834b7dbc437ba986834b8aeeac17bb411ebdb0cbe137c598e18e49');
INSERT INTO public.play_log VALUES (2, 'b1-1-am02', 1, 'Vào giữa chừng', 1, 'am02', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:37:00+00', '2026-11-30 03:37:04.573348+00', '2026-11-30 03:37:14.520159+00', 14520, 9956, 'partial', 'Vào giữa chừng vì bắt đầu trễ.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:14.548952+00', 'b677041aab834b7dbc437ba986834b8aeeac17bb411ebdb0cbe137c598e18e49', 'e6daf94b6b840b08d14319e078ee46908c2e2bdbbdb739580193b9c2bbb547cf');
INSERT INTO public.play_log VALUES (3, 'b12-1-aircheck', 12, 'Thử', 1, 'aircheck', 'trial', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:37:16.624054+00', '2026-11-30 03:37:16.624245+00', '2026-11-30 03:37:18.444239+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'aircheck', 'tone:beep', NULL, '2026-11-30 03:37:18.43725+00', 'e6daf94b6b840b08d14319e078ee46908c2e2bdbbdb739580193b9c2bbb547cf', '9aa9313dc0a98d390e08948bd9cc3e6e5f7f94ab8e059953b2f3715534a9e6a4');
INSERT INTO public.play_log VALUES (4, 'b13-1-am01', 13, 'Thử loa', 1, 'am01', 'cue', 'Chuông báo', NULL, NULL, NULL, NULL, NULL, 'd87c98a3fdfc5b452e40a3400b5d10ede2a81c631083ee5feb5a349fcc39f918', '2026-11-30 03:37:20.540596+00', '2026-11-30 03:37:21.675468+00', '2026-11-30 03:37:25.472872+00', 3800, 3800, 'full', '', 'tự động', 'vm', 'main', NULL, NULL, '2026-11-30 03:37:25.508759+00', '9aa9313dc0a98d390e08948bd9cc3e6e5f7f94ab8e059953b2f3715534a9e6a4', '535efdbdebefd0fa0f6c2db08aee18bbad1edb8900849a968b6909abf7510309');
INSERT INTO public.play_log VALUES (5, 'b14-1-am01', 14, 'KHẨN CẤP: họp dân', 1, 'am01', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:37:27.579152+00', '2026-11-30 03:37:27.579313+00', '2026-11-30 03:37:29.399319+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:29.402916+00', '535efdbdebefd0fa0f6c2db08aee18bbad1edb8900849a968b6909abf7510309', '866378fb8e445b136b21473b5ad78de307edc5c3143b9d7fab7c7345cde0439d');
INSERT INTO public.play_log VALUES (6, 'b15-1-am01', 15, 'Bản tin bị chiếm loa', 1, 'am01', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:37:31.438903+00', NULL, NULL, 1820, 0, 'failed', 'Đang phát buổi “KHẨN CẤP: họp dân”.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:33.214064+00', '866378fb8e445b136b21473b5ad78de307edc5c3143b9d7fab7c7345cde0439d', '7accba5220bd31d025c9dd9626013269e3d8a6e2081df65eb4a37cc3a75a6de5');
INSERT INTO public.play_log VALUES (7, 'b15-1-am02', 15, 'Bản tin bị chiếm loa', 1, 'am02', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:37:31.438903+00', '2026-11-30 03:37:33.209516+00', '2026-11-30 03:37:35.02692+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:35.048861+00', '7accba5220bd31d025c9dd9626013269e3d8a6e2081df65eb4a37cc3a75a6de5', '75c465c582f67aff149e6920d88c2f8aea42ab1f61b0f8608e2ceae5990f097f');
INSERT INTO public.play_log VALUES (8, 'b14-2-am01', 14, 'KHẨN CẤP: họp dân', 2, 'am01', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:37:29.399152+00', '2026-11-30 03:37:29.399722+00', '2026-11-30 03:37:35.363044+00', 14520, 5960, 'partial', 'vanhanh bấm dừng phát.', 'vanhanh', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:37:35.380074+00', '75c465c582f67aff149e6920d88c2f8aea42ab1f61b0f8608e2ceae5990f097f', '645d6ecf89166c6b1da9ed8599ac765b01b4ea4254b42cccced55712f6c1fdd6');
INSERT INTO public.play_log VALUES (9, 'b16-1-am01', 16, 'KHẨN CẤP: họp dân (phần còn lại)', 1, 'am01', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:37:47+00', '2026-11-30 03:37:47.000558+00', '2026-11-30 03:38:01.521682+00', 14520, 14520, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:01.539125+00', '645d6ecf89166c6b1da9ed8599ac765b01b4ea4254b42cccced55712f6c1fdd6', 'dec79e67cea5833f0fd34852bbf4b0eff52e8258343707335f62bf9387de5e83');
INSERT INTO public.play_log VALUES (10, 'b17-1-am01', 17, 'Bản tin bị ngắt', 1, 'am01', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:03.668665+00', '2026-11-30 03:38:07.130602+00', '2026-11-30 03:38:08.947062+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:08.973433+00', 'dec79e67cea5833f0fd34852bbf4b0eff52e8258343707335f62bf9387de5e83', '709641ce3dd463ad86569d978116f9422b348d4ecc545d14c70d86a8090efa60');
INSERT INTO public.play_log VALUES (11, 'b17-1-am02', 17, 'Bản tin bị ngắt', 1, 'am02', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:03.668665+00', '2026-11-30 03:38:07.130602+00', '2026-11-30 03:38:08.947062+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:08.973433+00', '709641ce3dd463ad86569d978116f9422b348d4ecc545d14c70d86a8090efa60', 'd3ccdae95b3b72102457f2495f8f0c05d77c49603ba4532430b8ac7aae0d71dc');
INSERT INTO public.play_log VALUES (12, 'b17-2-am01', 17, 'Bản tin bị ngắt', 2, 'am01', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:38:05.488665+00', '2026-11-30 03:38:08.947217+00', '2026-11-30 03:38:09.631194+00', 14520, 700, 'partial', 'Nhường sóng cho phát khẩn cấp.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:09.627218+00', 'd3ccdae95b3b72102457f2495f8f0c05d77c49603ba4532430b8ac7aae0d71dc', '9d4b0fa1c48a97307eaeb4180ab448a319daf09e69774152259db179edd8ef70');
INSERT INTO public.play_log VALUES (13, 'b17-2-am02', 17, 'Bản tin bị ngắt', 2, 'am02', 'script', 'Họp dân', 2, 1, 'khac', 'vhxh', 'bulletin', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', '2026-11-30 03:38:05.488665+00', '2026-11-30 03:38:08.947217+00', '2026-11-30 03:38:09.631194+00', 14520, 700, 'partial', 'Nhường sóng cho phát khẩn cấp.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:09.627218+00', '9d4b0fa1c48a97307eaeb4180ab448a319daf09e69774152259db179edd8ef70', '2398116852d3fd585efe8c478474eff234c8552f35b14ad1c0725a0ccf34f3ed');
INSERT INTO public.play_log VALUES (14, 'b17-3-am01', 17, 'Bản tin bị ngắt', 3, 'am01', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:20.008665+00', NULL, NULL, 1820, 0, 'missed', 'Nhường sóng cho phát khẩn cấp.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:09.627218+00', '2398116852d3fd585efe8c478474eff234c8552f35b14ad1c0725a0ccf34f3ed', '8ebecc295ad051d9a3c911226012759baf91ff7ce08df56bf006970bef92ce28');
INSERT INTO public.play_log VALUES (15, 'b17-3-am02', 17, 'Bản tin bị ngắt', 3, 'am02', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:20.008665+00', NULL, NULL, 1820, 0, 'missed', 'Nhường sóng cho phát khẩn cấp.', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:09.627218+00', '8ebecc295ad051d9a3c911226012759baf91ff7ce08df56bf006970bef92ce28', '33bc1208fdf00c0b96bf435b94b59bd4c70e7f6502189166b0880e56531e29ee');
INSERT INTO public.play_log VALUES (16, 'b18-1-am01', 18, 'KHẨN CẤP: Lũ về', 1, 'am01', 'cue', 'Tín hiệu báo động', NULL, NULL, NULL, NULL, NULL, '18503ec308f1eb106f7361c5bb549d771fc69bc1ebff4043f4cf405626c7b1b2', '2026-11-30 03:38:09.246532+00', '2026-11-30 03:38:09.625456+00', '2026-11-30 03:38:17.86074+00', 8200, 8200, 'full', '', 'tự động', 'vm', 'main', NULL, NULL, '2026-11-30 03:38:17.908301+00', '33bc1208fdf00c0b96bf435b94b59bd4c70e7f6502189166b0880e56531e29ee', '7a6d1444be7fb92665bb347646549077131ace6a1c9158d1aef347c6f332f514');
INSERT INTO public.play_log VALUES (17, 'b21-1-am02', 21, 'Nhắc lịch', 1, 'am02', 'live', 'Nhắc lịch', NULL, NULL, NULL, NULL, NULL, '13d49a605b8875bca727de888c4a2e61b87047ae5e1e03ba1517b20b810a538c', '2026-11-30 03:38:18.588062+00', '2026-11-30 03:38:18.737569+00', '2026-11-30 03:38:19.456272+00', 1000, 1000, 'full', '', 'tự động', 'vm', 'main', NULL, NULL, '2026-11-30 03:38:19.584488+00', '7a6d1444be7fb92665bb347646549077131ace6a1c9158d1aef347c6f332f514', '46aa38084144390f688d0c1466581066bc7118de5cb887712cd0a208507bb136');
INSERT INTO public.play_log VALUES (18, 'b22-1-am02', 22, 'Bỏ qua', 1, 'am02', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:21.650354+00', NULL, NULL, 1820, 0, 'missed', 'vanhanh bỏ buổi này.', 'vanhanh', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:19.772599+00', '46aa38084144390f688d0c1466581066bc7118de5cb887712cd0a208507bb136', '1770060fd72e9875ed44dc5d7508af83133326bcbdca0b5b11ca108b133e6091');
INSERT INTO public.play_log VALUES (19, 'b19-1-am01', 19, 'Bản tin bị chiếm loa (phần bị ngắt)', 1, 'am01', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:20.106537+00', '2026-11-30 03:38:20.106736+00', '2026-11-30 03:38:21.931798+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:21.95527+00', '1770060fd72e9875ed44dc5d7508af83133326bcbdca0b5b11ca108b133e6091', 'a74e5d710aab664bc3878d1655dd03fe56b10f922e11e1e8dc6852f9f27ee996');
INSERT INTO public.play_log VALUES (20, 'b23-1-am02', 23, 'Còn mở', 1, 'am02', 'script', 'Lịch tiêm chủng', 1, 1, 'khac', 'vhxh', 'bulletin', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', '2026-11-30 03:38:21.843031+00', '2026-11-30 03:38:25.347497+00', '2026-11-30 03:38:27.170816+00', 1820, 1820, 'full', '', 'tự động', 'vm', 'main', 'tone:beep', NULL, '2026-11-30 03:38:27.190064+00', 'a74e5d710aab664bc3878d1655dd03fe56b10f922e11e1e8dc6852f9f27ee996', '329a87f859269f292fc7e5c1149ddd9b0bd982c47c2994aaa41bb77de3115910');
INSERT INTO public.renditions VALUES (1, 1, 'Sáng mai trạm y tế tiêm chủng.', 'c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89', 'e65ce22a2826f86458c40feb9c10dd2cd04a83098e35c02a0abb9c576688e3da', 'tone:beep', 'tone-1', '612eae15a01652a44f2fcdfe1f05ace099c2cab3915707de033cbfee1038e4b6', 1820, -16, -8.2, '[{"text":"Sáng mai trạm y tế tiêm chủng.","start_ms":150,"end_ms":1520}]', '[]', '2026-11-30 03:35:19.049784+00', 1);
INSERT INTO public.renditions VALUES (2, 2, 'Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân.', '6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c', 'e65ce22a2826f86458c40feb9c10dd2cd04a83098e35c02a0abb9c576688e3da', 'tone:beep', 'tone-1', 'a9d587c2ea08190b2ae995e46efb600e3ea54645d131e6fcc0bb1362da8129ab', 14520, -16, -8.2, '[{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":150,"end_ms":2120},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":2570,"end_ms":4540},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":4990,"end_ms":6960},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":7410,"end_ms":9380},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":9830,"end_ms":11800},{"text":"Kính mời bà con tới nhà văn hóa họp dân.","start_ms":12250,"end_ms":14220}]', '[]', '2026-11-30 03:35:19.731646+00', 1);
INSERT INTO public.revisions VALUES (1, 1, 1, 'Sáng mai trạm y tế tiêm chủng.', 'c60a5ec495054334c6278626b9c1da443f7e9386356bb8a46f666834fcbaec89', 'bientap', '2026-11-30 03:35:18.21001+00');
INSERT INTO public.revisions VALUES (2, 2, 1, 'Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân. Kính mời bà con tới nhà văn hóa họp dân.', '6f90d52245409867d2a518e3cc8c643fae69d4c5af92ac60a599f0415056d83c', 'bientap', '2026-11-30 03:35:19.076576+00');
INSERT INTO public.rotations VALUES (1, 'thu', 1, 'Lịch thử', '{"rotation":{"code":"thu","title":"Lịch thử","valid_from":"2026-01-01"},"slot":[{"code":"vao-giua","title":"Vào giữa chừng","start":"10:37","max_minutes":2,"zones":["am01","am02"],"late":"join","item":[{"kind":"script","script":2}]},{"code":"chieu","title":"Buổi chiều","start":"17:00","max_minutes":20,"zones":["am01"],"item":[{"kind":"cue","cue":"nhac-hieu"},{"kind":"fill","max_items":2}]}]}', '12be40dfc64a1b26462b9938d086812f66f995dd3855958cf27d7b0c6e779cb9', 'thử', '2026-11-30 03:35:19.795255+00', NULL);
INSERT INTO public.scripts VALUES (1, 'Lịch tiêm chủng', 'lich tiem chung
sang mai tram y te tiem chung.', 'vhxh', 'khac', 'bulletin', 'normal', 'approved', NULL, NULL, '[]', NULL, '2026-11-30 03:35:18.21001+00', '2026-11-30 03:35:19.058+00', 'lịch tiêm chủng
sáng mai trạm y tế tiêm chủng.', '3f73f43ec3f30204013f43f03f80203ec3f34023f93f20000500000000002000004c1ecb0063006800200074006900ea006d0020006300681ee7006e0067', NULL, NULL, '[]', 0);
INSERT INTO public.scripts VALUES (2, 'Họp dân', 'hop dan
kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan. kinh moi ba con toi nha van hoa hop dan.', 'vhxh', 'khac', 'bulletin', 'normal', 'approved', NULL, NULL, '[]', NULL, '2026-11-30 03:35:19.076576+00', '2026-11-30 03:35:19.743184+00', 'họp dân
kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân. kính mời bà con tới nhà văn hóa họp dân.', '3f33fa3fd0203ed3ea3f90000500000000481ecd00700020006400e2006e', NULL, NULL, '[]', 0);
INSERT INTO public.topics VALUES ('y-nghia-chi-dao', 'Tầm quan trọng, ý nghĩa, mục tiêu của cải cách hành chính; chủ trương, chính sách và chỉ đạo; trách nhiệm người đứng đầu', 'Ý nghĩa, chỉ đạo', 0);
INSERT INTO public.topics VALUES ('ket-qua-chi-so', 'Kết quả Chỉ số cải cách hành chính (PAR INDEX), Chỉ số hài lòng (SIPAS), Quản trị và hành chính công (PAPI)', 'Kết quả chỉ số', 1);
INSERT INTO public.topics VALUES ('thu-tuc-truc-tuyen', 'Kết quả giải quyết thủ tục hành chính; hồ sơ trực tuyến toàn trình và một phần', 'Thủ tục, dịch vụ công trực tuyến', 2);
INSERT INTO public.topics VALUES ('cai-thien-chi-so', 'Cải thiện các chỉ số PAR INDEX, SIPAS, PCI, PAPI, DTI, PII; môi trường đầu tư kinh doanh, hỗ trợ doanh nghiệp', 'Cải thiện chỉ số, đầu tư', 3);
INSERT INTO public.topics VALUES ('chinh-quyen-so', 'Chính quyền điện tử, chính quyền số, chuyển đổi số; Đề án 06/CP; Nghị quyết số 57-NQ/TW', 'Chính quyền số', 4);
INSERT INTO public.topics VALUES ('mo-hinh-sang-kien', 'Mô hình, sáng kiến, cách làm hay, gương điển hình tiên tiến', 'Mô hình, sáng kiến', 5);
INSERT INTO public.topics VALUES ('mot-cua', 'Cơ chế một cửa, một cửa liên thông (Nghị định số 118/2025/NĐ-CP, Nghị định số 367/2025/NĐ-CP); Nghị quyết số 66/NQ-CP', 'Một cửa, cắt giảm thủ tục', 6);
INSERT INTO public.topics VALUES ('phan-dinh-tham-quyen', 'Phân định thẩm quyền của chính quyền địa phương hai cấp trong thực hiện thủ tục hành chính', 'Thẩm quyền hai cấp', 7);
INSERT INTO public.topics VALUES ('che-do-cong-vu', 'Cải cách chế độ công vụ: tuyển dụng, quản lý, sử dụng, khen thưởng, kỷ luật; quyền, nghĩa vụ, trách nhiệm', 'Chế độ công vụ', 8);
INSERT INTO public.topics VALUES ('khau-hieu', 'Pano, các khẩu hiệu cải cách hành chính được phê duyệt', 'Khẩu hiệu, pano', 9);
INSERT INTO public.topics VALUES ('khac', 'Nội dung khác của đài (lời xướng, lời kết, thông báo ngoài kế hoạch)', 'Khác', 10);
INSERT INTO public.units VALUES ('vp', 'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân', 'office');
INSERT INTO public.units VALUES ('vhxh', 'Phòng Văn hóa - Xã hội', 'office');
INSERT INTO public.units VALUES ('kt', 'Phòng Kinh tế', 'office');
INSERT INTO public.units VALUES ('tt-hcc', 'Trung tâm Phục vụ hành chính công', 'office');
INSERT INTO public.units VALUES ('cong-an', 'Công an xã', 'armed');
INSERT INTO public.units VALUES ('quan-su', 'Ban Chỉ huy Quân sự xã', 'armed');
INSERT INTO public.units VALUES ('tram-y-te', 'Trạm Y tế', 'service');
INSERT INTO public.units VALUES ('truong-hoc', 'Trường học trên địa bàn xã', 'service');
INSERT INTO public.units VALUES ('dang-uy', 'Đảng ủy xã', 'party');
INSERT INTO public.units VALUES ('mat-tran', 'Ủy ban Mặt trận Tổ quốc Việt Nam xã', 'union');
INSERT INTO public.units VALUES ('hoi-nong-dan', 'Hội Nông dân xã', 'union');
INSERT INTO public.units VALUES ('hoi-phu-nu', 'Hội Liên hiệp Phụ nữ xã', 'union');
INSERT INTO public.units VALUES ('doan-thanh-nien', 'Đoàn Thanh niên Cộng sản Hồ Chí Minh xã', 'union');
INSERT INTO public.units VALUES ('hoi-ccb', 'Hội Cựu chiến binh xã', 'union');
INSERT INTO public.zone_groups VALUES ('trung-tam', 'Khu trung tâm xã', '["am01","am02","am03"]');
INSERT INTO public.zone_groups VALUES ('dong', 'Các ấp phía đông', '["am04","am05","am06"]');
INSERT INTO public.zone_groups VALUES ('tay', 'Các ấp phía tây', '["am07","am08","am09"]');
INSERT INTO public.zone_groups VALUES ('ven-song', 'Các ấp ven sông', '["am10","am11","am12"]');
INSERT INTO public.zone_groups VALUES ('can-giu-yen', 'Gần trường học, trạm y tế', '["am03","am08"]');
INSERT INTO public.zones VALUES ('am01', 'Cụm loa ấp Mẫu 1', 'Trụ sở Ủy ban nhân dân xã', 'main', 80, true, 0, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am02', 'Cụm loa ấp Mẫu 2', 'Chợ xã', 'main', 75, true, 1, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am03', 'Cụm loa ấp Mẫu 3', 'Trường học', 'main', 70, true, 2, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am04', 'Cụm loa ấp Mẫu 4', 'Trụ sở ấp', 'main', 90, true, 3, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am05', 'Cụm loa ấp Mẫu 5', 'Nhà văn hóa ấp', 'main', 90, true, 4, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am06', 'Cụm loa ấp Mẫu 6', 'Trụ sở ấp', 'main', 95, true, 5, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am07', 'Cụm loa ấp Mẫu 7', 'Trụ sở ấp', 'main', 90, true, 6, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am08', 'Cụm loa ấp Mẫu 8', 'Trạm y tế', 'main', 70, true, 7, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am09', 'Cụm loa ấp Mẫu 9', 'Trụ sở ấp', 'main', 100, true, 8, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am10', 'Cụm loa ấp Mẫu 10', 'Bến đò', 'main', 100, true, 9, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am11', 'Cụm loa ấp Mẫu 11', 'Nhà văn hóa ấp', 'main', 95, true, 10, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
INSERT INTO public.zones VALUES ('am12', 'Cụm loa ấp Mẫu 12', 'Trụ sở ấp', 'main', 100, true, 11, NULL, NULL, 'horn', 'good', '[]', 0, 0, 0);
SELECT pg_catalog.setval('public.activities_id_seq', 1, false);
SELECT pg_catalog.setval('public.approvals_id_seq', 2, true);
SELECT pg_catalog.setval('public.audit_events_id_seq', 26, true);
SELECT pg_catalog.setval('public.broadcasts_id_seq', 23, true);
SELECT pg_catalog.setval('public.campaigns_id_seq', 1, false);
SELECT pg_catalog.setval('public.commands_id_seq', 2, true);
SELECT pg_catalog.setval('public.delegations_id_seq', 1, false);
SELECT pg_catalog.setval('public.emergencies_id_seq', 1, true);
SELECT pg_catalog.setval('public.hearings_id_seq', 1, false);
SELECT pg_catalog.setval('public.incidents_id_seq', 1, false);
SELECT pg_catalog.setval('public.jobs_id_seq', 2, true);
SELECT pg_catalog.setval('public.lexicon_entries_id_seq', 1, false);
SELECT pg_catalog.setval('public.lexicon_versions_number_seq', 1, false);
SELECT pg_catalog.setval('public.proofs_id_seq', 1, false);
SELECT pg_catalog.setval('public.renditions_id_seq', 2, true);
SELECT pg_catalog.setval('public.reports_id_seq', 1, false);
SELECT pg_catalog.setval('public.revisions_id_seq', 2, true);
SELECT pg_catalog.setval('public.rotations_id_seq', 1, true);
SELECT pg_catalog.setval('public.scripts_id_seq', 2, true);
SELECT pg_catalog.setval('public.stale_marks_id_seq', 1, false);
SELECT pg_catalog.setval('public.unit_parts_id_seq', 1, false);
SELECT pg_catalog.setval('public.users_id_seq', 1, false);
SELECT pg_catalog.setval('public.zone_notes_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT pk_activities PRIMARY KEY (id);
ALTER TABLE ONLY public.airing_proofs
    ADD CONSTRAINT pk_airing_proofs PRIMARY KEY (entry_id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT pk_approvals PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT pk_audit_events PRIMARY KEY (id);
ALTER TABLE ONLY public.broadcasts
    ADD CONSTRAINT pk_broadcasts PRIMARY KEY (id);
ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT pk_campaigns PRIMARY KEY (id);
ALTER TABLE ONLY public.chain_head
    ADD CONSTRAINT pk_chain_head PRIMARY KEY (id);
ALTER TABLE ONLY public.commands
    ADD CONSTRAINT pk_commands PRIMARY KEY (id);
ALTER TABLE ONLY public.cues
    ADD CONSTRAINT pk_cues PRIMARY KEY (name);
ALTER TABLE ONLY public.day_exceptions
    ADD CONSTRAINT pk_day_exceptions PRIMARY KEY (day);
ALTER TABLE ONLY public.delegations
    ADD CONSTRAINT pk_delegations PRIMARY KEY (id);
ALTER TABLE ONLY public.emergencies
    ADD CONSTRAINT pk_emergencies PRIMARY KEY (id);
ALTER TABLE ONLY public.hearings
    ADD CONSTRAINT pk_hearings PRIMARY KEY (id);
ALTER TABLE ONLY public.heartbeats
    ADD CONSTRAINT pk_heartbeats PRIMARY KEY (process);
ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT pk_incidents PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (id);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT pk_leases PRIMARY KEY (name);
ALTER TABLE ONLY public.lexicon_entries
    ADD CONSTRAINT pk_lexicon_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.lexicon_versions
    ADD CONSTRAINT pk_lexicon_versions PRIMARY KEY (number);
ALTER TABLE ONLY public.play_log
    ADD CONSTRAINT pk_play_log PRIMARY KEY (seq);
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT pk_proofs PRIMARY KEY (id);
ALTER TABLE ONLY public.renditions
    ADD CONSTRAINT pk_renditions PRIMARY KEY (id);
ALTER TABLE ONLY public.reports
    ADD CONSTRAINT pk_reports PRIMARY KEY (id);
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT pk_revisions PRIMARY KEY (id);
ALTER TABLE ONLY public.rotations
    ADD CONSTRAINT pk_rotations PRIMARY KEY (id);
ALTER TABLE ONLY public.script_drafts
    ADD CONSTRAINT pk_script_drafts PRIMARY KEY (id);
ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT pk_scripts PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT pk_sign_ins PRIMARY KEY (id);
ALTER TABLE ONLY public.stale_marks
    ADD CONSTRAINT pk_stale_marks PRIMARY KEY (id);
ALTER TABLE ONLY public.topics
    ADD CONSTRAINT pk_topics PRIMARY KEY (code);
ALTER TABLE ONLY public.unit_parts
    ADD CONSTRAINT pk_unit_parts PRIMARY KEY (id);
ALTER TABLE ONLY public.units
    ADD CONSTRAINT pk_units PRIMARY KEY (code);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (id);
ALTER TABLE ONLY public.zone_groups
    ADD CONSTRAINT pk_zone_groups PRIMARY KEY (code);
ALTER TABLE ONLY public.zone_notes
    ADD CONSTRAINT pk_zone_notes PRIMARY KEY (id);
ALTER TABLE ONLY public.zones
    ADD CONSTRAINT pk_zones PRIMARY KEY (code);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT uq_api_tokens_name UNIQUE (name);
ALTER TABLE ONLY public.broadcasts
    ADD CONSTRAINT uq_broadcasts_slot_key_starts_at UNIQUE (slot_key, starts_at);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT uq_jobs_kind_key UNIQUE (kind, key);
ALTER TABLE ONLY public.play_log
    ADD CONSTRAINT uq_play_log_id UNIQUE (id);
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT uq_proofs_activity_id_sha256 UNIQUE (activity_id, sha256);
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT uq_revisions_script_id_number UNIQUE (script_id, number);
ALTER TABLE ONLY public.rotations
    ADD CONSTRAINT uq_rotations_code_version UNIQUE (code, version);
ALTER TABLE ONLY public.unit_parts
    ADD CONSTRAINT uq_unit_parts_unit_code_first_last UNIQUE (unit_code, first, last);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_username UNIQUE (username);
CREATE INDEX ix_activities_day ON public.activities USING btree (day);
CREATE INDEX ix_approvals_script_id ON public.approvals USING btree (script_id);
CREATE INDEX ix_audit_events_at ON public.audit_events USING btree (at);
CREATE INDEX ix_audit_events_object ON public.audit_events USING btree (object_kind, object_id);
CREATE INDEX ix_broadcasts_emergency_id ON public.broadcasts USING btree (emergency_id);
CREATE INDEX ix_broadcasts_starts_at ON public.broadcasts USING btree (starts_at);
CREATE INDEX ix_broadcasts_state_starts_at ON public.broadcasts USING btree (state, starts_at);
CREATE INDEX ix_campaigns_state ON public.campaigns USING btree (state);
CREATE INDEX ix_commands_done_at ON public.commands USING btree (done_at);
CREATE INDEX ix_delegations_deputy ON public.delegations USING btree (deputy);
CREATE INDEX ix_emergencies_cap_identifier ON public.emergencies USING btree (cap_identifier);
CREATE INDEX ix_emergencies_state ON public.emergencies USING btree (state);
CREATE INDEX ix_hearings_rendition ON public.hearings USING btree (rendition_id);
CREATE INDEX ix_incidents_what ON public.incidents USING btree (what);
CREATE INDEX ix_jobs_state_run_after ON public.jobs USING btree (state, run_after);
CREATE INDEX ix_lexicon_entries_scope ON public.lexicon_entries USING btree (script_id, until);
CREATE INDEX ix_play_log_broadcast_id ON public.play_log USING btree (broadcast_id);
CREATE INDEX ix_play_log_corrects ON public.play_log USING btree (corrects);
CREATE INDEX ix_play_log_planned_at ON public.play_log USING btree (planned_at, outcome, heard_ms);
CREATE INDEX ix_play_log_zone ON public.play_log USING btree (zone, outcome, seq);
CREATE INDEX ix_renditions_revision ON public.renditions USING btree (revision_id);
CREATE INDEX ix_script_drafts_owner ON public.script_drafts USING btree (username, script_id);
CREATE INDEX ix_scripts_state ON public.scripts USING btree (state);
CREATE INDEX ix_scripts_title_key ON public.scripts USING btree (title_key);
CREATE INDEX ix_scripts_topic_code ON public.scripts USING btree (topic_code);
CREATE INDEX ix_sign_ins_user_id ON public.sign_ins USING btree (user_id);
CREATE INDEX ix_stale_marks_approval ON public.stale_marks USING btree (approval_id);
CREATE INDEX ix_stale_marks_script_id ON public.stale_marks USING btree (script_id);
CREATE INDEX ix_zone_notes_zone ON public.zone_notes USING btree (zone);
CREATE TRIGGER approvals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.approvals FOR EACH STATEMENT EXECUTE FUNCTION public.loa_append_only();
CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION public.loa_append_only();
CREATE TRIGGER play_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.play_log FOR EACH STATEMENT EXECUTE FUNCTION public.loa_append_only();
CREATE TRIGGER renditions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.renditions FOR EACH STATEMENT EXECUTE FUNCTION public.loa_append_only();
CREATE TRIGGER revisions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.revisions FOR EACH STATEMENT EXECUTE FUNCTION public.loa_append_only();
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT fk_activities_topic_code_topics FOREIGN KEY (topic_code) REFERENCES public.topics(code);
ALTER TABLE ONLY public.activities
    ADD CONSTRAINT fk_activities_unit_code_units FOREIGN KEY (unit_code) REFERENCES public.units(code);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT fk_approvals_rendition_id_renditions FOREIGN KEY (rendition_id) REFERENCES public.renditions(id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT fk_approvals_revision_id_revisions FOREIGN KEY (revision_id) REFERENCES public.revisions(id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT fk_approvals_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.emergencies
    ADD CONSTRAINT fk_emergencies_replaced_by_emergencies FOREIGN KEY (replaced_by) REFERENCES public.emergencies(id);
ALTER TABLE ONLY public.hearings
    ADD CONSTRAINT fk_hearings_rendition_id_renditions FOREIGN KEY (rendition_id) REFERENCES public.renditions(id);
ALTER TABLE ONLY public.lexicon_entries
    ADD CONSTRAINT fk_lexicon_entries_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.lexicon_entries
    ADD CONSTRAINT fk_lexicon_entries_since_lexicon_versions FOREIGN KEY (since) REFERENCES public.lexicon_versions(number);
ALTER TABLE ONLY public.lexicon_entries
    ADD CONSTRAINT fk_lexicon_entries_until_lexicon_versions FOREIGN KEY (until) REFERENCES public.lexicon_versions(number);
ALTER TABLE ONLY public.lexicon_versions
    ADD CONSTRAINT fk_lexicon_versions_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.proofs
    ADD CONSTRAINT fk_proofs_activity_id_activities FOREIGN KEY (activity_id) REFERENCES public.activities(id);
ALTER TABLE ONLY public.renditions
    ADD CONSTRAINT fk_renditions_revision_id_revisions FOREIGN KEY (revision_id) REFERENCES public.revisions(id);
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT fk_revisions_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.script_drafts
    ADD CONSTRAINT fk_script_drafts_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT fk_scripts_topic_code_topics FOREIGN KEY (topic_code) REFERENCES public.topics(code);
ALTER TABLE ONLY public.scripts
    ADD CONSTRAINT fk_scripts_unit_code_units FOREIGN KEY (unit_code) REFERENCES public.units(code);
ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT fk_sign_ins_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.stale_marks
    ADD CONSTRAINT fk_stale_marks_approval_id_approvals FOREIGN KEY (approval_id) REFERENCES public.approvals(id);
ALTER TABLE ONLY public.stale_marks
    ADD CONSTRAINT fk_stale_marks_script_id_scripts FOREIGN KEY (script_id) REFERENCES public.scripts(id);
ALTER TABLE ONLY public.stale_marks
    ADD CONSTRAINT fk_stale_marks_version_lexicon_versions FOREIGN KEY (version) REFERENCES public.lexicon_versions(number);
ALTER TABLE ONLY public.unit_parts
    ADD CONSTRAINT fk_unit_parts_unit_code_units FOREIGN KEY (unit_code) REFERENCES public.units(code);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_unit_code_units FOREIGN KEY (unit_code) REFERENCES public.units(code);
