//! Who may do what: roles, actions, grants, and the one function that decides.
//!
//! A *grant* gives an account a role over a scope. An operation asks for an *action* on a *scope*; [`permits`] says
//! whether any grant covers it. The role × action table is printed by [`matrix`] and kept as a golden file.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use uuid::Uuid;

/// What a person is in the system. An account may hold several, each over its own scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Records participation and submits results for a school.
    Teacher,
    /// Runs a school: its roster, its teachers, its activities.
    SchoolAdmin,
    /// Works at a host (base, museum, …): confirms who came.
    BaseStaff,
    /// Runs a host: its activities, sessions and staff.
    BaseAdmin,
    /// Answers for a district.
    DistrictOfficial,
    /// Reads the districts of a city, or of any authority above them, and runs the programmes of that authority.
    CityOfficial,
    /// Reads, with the audit trail, and changes nothing.
    Auditor,
    /// Stands for a student.
    Guardian,
    /// Is a student.
    Student,
    /// Runs the installation: districts, their officials, the shared lists.
    PlatformAdmin,
}

impl Role {
    /// Every role, in the order of the matrix.
    pub const ALL: [Self; 10] = [
        Self::Teacher,
        Self::SchoolAdmin,
        Self::BaseStaff,
        Self::BaseAdmin,
        Self::DistrictOfficial,
        Self::CityOfficial,
        Self::Auditor,
        Self::Guardian,
        Self::Student,
        Self::PlatformAdmin,
    ];

    /// The word used in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::SchoolAdmin => "school_admin",
            Self::BaseStaff => "base_staff",
            Self::BaseAdmin => "base_admin",
            Self::DistrictOfficial => "district_official",
            Self::CityOfficial => "city_official",
            Self::Auditor => "auditor",
            Self::Guardian => "guardian",
            Self::Student => "student",
            Self::PlatformAdmin => "platform_admin",
        }
    }

    /// The role of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether the role works at a host, whose guests may come from any district.
    pub fn hosts(self) -> bool {
        matches!(self, Self::BaseStaff | Self::BaseAdmin)
    }

    /// Whether this kind of scope makes sense for the role.
    pub fn fits(self, scope: &GrantScope) -> bool {
        match self {
            Self::Teacher | Self::SchoolAdmin | Self::BaseStaff | Self::BaseAdmin => {
                matches!(scope, GrantScope::Organization { .. })
            }
            Self::DistrictOfficial => matches!(scope, GrantScope::District { .. }),
            Self::CityOfficial => matches!(scope, GrantScope::Authority { .. }),
            Self::Auditor => {
                matches!(scope, GrantScope::District { .. } | GrantScope::Authority { .. } | GrantScope::Platform)
            }
            Self::Guardian | Self::Student => matches!(scope, GrantScope::Person { .. }),
            Self::PlatformAdmin => matches!(scope, GrantScope::Platform),
        }
    }
}

/// What a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum GrantScope {
    /// The whole installation.
    Platform,
    /// A city or province, with the districts below it.
    Authority {
        /// The authority.
        authority: Uuid,
        /// The districts below it, at any depth.
        districts: Vec<Uuid>,
    },
    /// A district.
    District {
        /// The district.
        district: Uuid,
    },
    /// A school or a host.
    Organization {
        /// The district in which it is registered.
        district: Uuid,
        /// The organization.
        organization: Uuid,
    },
    /// One person.
    Person {
        /// The district to which the person belongs.
        district: Uuid,
        /// The person.
        person: Uuid,
    },
}

impl GrantScope {
    /// Whether the grant belongs to this district: given over it, over something in it, or over what contains it.
    pub fn belongs_to(&self, wanted: Uuid) -> bool {
        match self {
            Self::Platform => true,
            Self::Authority { districts, .. } => districts.contains(&wanted),
            Self::District { district } | Self::Organization { district, .. } | Self::Person { district, .. } => {
                *district == wanted
            }
        }
    }
}

/// A role over a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Over what.
    pub scope: GrantScope,
}

/// What an operation touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The installation itself.
    Platform,
    /// A city or province.
    Authority {
        /// The authority.
        authority: Uuid,
    },
    /// The whole of a district.
    District {
        /// The district.
        district: Uuid,
    },
    /// What belongs to one school.
    School {
        /// The district of the rows.
        district: Uuid,
        /// The school.
        school: Uuid,
    },
    /// What happens at one host; `district` is that of the rows, which need not be the host's own.
    Host {
        /// The district of the rows.
        district: Uuid,
        /// The host.
        host: Uuid,
    },
    /// One person.
    Person {
        /// The district of the person.
        district: Uuid,
        /// The person.
        person: Uuid,
        /// The school of the person's current enrolment.
        school: Option<Uuid>,
    },
}

impl Scope {
    /// The district whose rows are touched.
    pub fn district(&self) -> Option<Uuid> {
        match self {
            Self::Platform | Self::Authority { .. } => None,
            Self::District { district }
            | Self::School { district, .. }
            | Self::Host { district, .. }
            | Self::Person { district, .. } => Some(*district),
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal : $($role:ident)*;)*) => {
        /// One per kind of operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action, in the order of the matrix.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word used in the matrix and in messages, `noun.verb`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The roles that may do it within their scope.
            pub fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role,)*],)* }
            }
        }
    };
}

actions! {
    /// Read authorities and districts.
    DistrictRead = "district.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Create authorities and districts.
    DistrictManage = "district.manage": PlatformAdmin;
    /// Change the settings of a district.
    DistrictSettings = "district.settings": DistrictOfficial PlatformAdmin;
    /// List and read accounts (whose, [`may_manage`] says).
    AccountRead = "account.read": SchoolAdmin BaseAdmin DistrictOfficial PlatformAdmin;
    /// Create, change, disable accounts and reset passwords (whose, [`may_manage`] says).
    AccountManage = "account.manage": SchoolAdmin BaseAdmin DistrictOfficial PlatformAdmin;

    /// Read organizations.
    OrganizationRead = "organization.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Create, change and close organizations.
    OrganizationManage = "organization.manage": DistrictOfficial PlatformAdmin;
    /// Read schemes and designations.
    DesignationRead = "designation.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Grant, change, suspend, revoke, renew and assess designations (under a scheme: judged on its authority's scope).
    DesignationManage = "designation.manage": DistrictOfficial CityOfficial PlatformAdmin;
    /// Create and change schemes.
    SchemeManage = "scheme.manage": DistrictOfficial CityOfficial PlatformAdmin;
    /// Open and close rounds, name reviewers, check, decide, publish and award (judged on the authority's scope).
    RoundManage = "round.manage": DistrictOfficial CityOfficial PlatformAdmin;
    /// Read all applications of a round with their reviews (judged on the authority's scope).
    RoundRead = "round.read": DistrictOfficial CityOfficial Auditor PlatformAdmin;
    /// Write, submit, withdraw and appeal applications, ask for renewal, and read the own ones (judged on the organization's scope).
    ApplicationSubmit = "application.submit": SchoolAdmin BaseAdmin;
    /// Review the applications of a round for which the account was named.
    ApplicationReview = "application.review": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial PlatformAdmin;
    /// Object to what was published: it is there for everybody to see, so whoever is signed in may.
    ObjectionRaise = "objection.raise": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Read activities.
    ActivityRead = "activity.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Create and change the activities of a host.
    ActivityManage = "activity.manage": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Read sessions.
    SessionRead = "session.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Create, change, close and cancel the sessions of a host.
    SessionManage = "session.manage": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Read competitions.
    CompetitionRead = "competition.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Create and change local competitions (the national list: at the platform).
    CompetitionManage = "competition.manage": DistrictOfficial PlatformAdmin;
    /// Read programmes and their published editions.
    ProgrammeRead = "programme.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Write, publish, launch and close the editions of a programme (judged on the scope of its authority).
    ProgrammeManage = "programme.manage": DistrictOfficial CityOfficial PlatformAdmin;
    /// Read drafts, and what came of an edition (judged on the scope of the programme's authority).
    ProgrammeProgress = "programme_progress.read": DistrictOfficial CityOfficial Auditor PlatformAdmin;
    /// Read what came of the editions in which an organization takes part (judged on its scope).
    ProgrammeVenue = "programme_venue.read": Teacher SchoolAdmin BaseStaff BaseAdmin;
    /// Make a secret address of a school's calendar.
    SchoolCalendar = "school.calendar": Teacher SchoolAdmin;
    /// Make a secret address of a person's calendar.
    PersonCalendar = "person.calendar": Guardian Student;
    /// Read resources, their files, free days and ratings.
    ResourceRead = "resource.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Offer, change and close the resources of an organization (judged on the owner's scope).
    ResourceManage = "resource.manage": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Read bookings (judged on the scope of who asked, and of the owner).
    BookingRead = "booking.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor;
    /// Ask for a resource, and call it off (judged on the scope of who asks).
    BookingAsk = "booking.ask": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Approve, refuse, deliver, take back, move and plan bookings (judged on the owner's scope).
    BookingAnswer = "booking.answer": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Rate what one has used (judged on the scope of who asked).
    BookingRate = "booking.rate": Teacher SchoolAdmin BaseStaff BaseAdmin;
    /// Read the network: who has which agreement with whom, what organizations offer and seek.
    NetworkRead = "network.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor PlatformAdmin;
    /// Read agreements, their texts and projects (judged on the scope of a party).
    AgreementRead = "agreement.read": SchoolAdmin BaseAdmin DistrictOfficial CityOfficial Auditor PlatformAdmin;
    /// Write, offer, sign, refuse and end agreements, run their projects, say what one offers and seeks (judged on the
    /// party's scope).
    AgreementManage = "agreement.manage": SchoolAdmin BaseAdmin;
    /// Propose pairings to both of their parties, and enter agreements that were signed on paper (judged on the scope of a
    /// party).
    AgreementArrange = "agreement.arrange": DistrictOfficial;

    /// Read classes, enrolments and imports.
    RosterRead = "roster.read": Teacher SchoolAdmin DistrictOfficial CityOfficial Auditor;
    /// Stage, commit and discard imports.
    RosterImport = "roster.import": SchoolAdmin DistrictOfficial;
    /// Promote classes at the end of the school year.
    RosterPromote = "roster.promote": SchoolAdmin DistrictOfficial;
    /// Read the detail of a person.
    PersonRead = "person.read": Teacher SchoolAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// Add and change single persons.
    PersonManage = "person.manage": SchoolAdmin DistrictOfficial;

    /// Read participations.
    ParticipationRead = "participation.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// Record who took part (judged on the school's scope), and correct it while it waits.
    ParticipationRecord = "participation.record": Teacher SchoolAdmin;
    /// Confirm or reject what waits at a host (judged on the host's scope).
    ParticipationConfirm = "participation.confirm": Teacher SchoolAdmin BaseStaff BaseAdmin;
    /// Amend a confirmed participation (judged on the host's scope).
    ParticipationAmend = "participation.amend": SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Void a confirmed participation (judged on the host's scope).
    ParticipationVoid = "participation.void": SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;

    /// Decide on a scan in doubt (judged on the host's scope; the district once the host has let its time pass).
    ScanReview = "scan.review": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial;
    /// Say by a session's rotating code that one is there (judged on the person's scope).
    PresenceClaim = "presence.claim": Teacher SchoolAdmin Student;
    /// Show the pass of a person.
    PassRead = "pass.read": Teacher SchoolAdmin DistrictOfficial Guardian Student;
    /// Print the passes of a class, and replace a lost one.
    PassIssue = "pass.issue": Teacher SchoolAdmin DistrictOfficial;

    /// Read results and their evidence.
    ResultRead = "result.read": Teacher SchoolAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// Submit, correct and withdraw results, add evidence.
    ResultSubmit = "result.submit": Teacher SchoolAdmin;
    /// Submit from the list of an organizer what persons achieved.
    ResultMatch = "result.match": SchoolAdmin DistrictOfficial;
    /// Verify, return and revoke results.
    ResultVerify = "result.verify": DistrictOfficial;

    /// Read policies and adoptions.
    PolicyRead = "policy.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student PlatformAdmin;
    /// Publish a policy version (of a district; for all: at the platform).
    PolicyPublish = "policy.publish": DistrictOfficial PlatformAdmin;
    /// Adopt a policy version in a district.
    PolicyAdopt = "policy.adopt": DistrictOfficial;
    /// Write, submit and decide on drafts of policies, and try policies on what the district has.
    PolicyDraft = "policy.draft": DistrictOfficial;
    /// Read drafts and trials of policies.
    LaboratoryRead = "laboratory.read": DistrictOfficial CityOfficial Auditor;
    /// Read scores with their explanations, and the ledger.
    ScoreRead = "score.read": Teacher SchoolAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// List soft rules that wait for a decision.
    SoftDecisionRead = "soft_decision.read": SchoolAdmin DistrictOfficial CityOfficial Auditor;
    /// Waive or enforce a soft rule.
    SoftDecisionDecide = "soft_decision.decide": DistrictOfficial;

    /// Read what the rules of a district found, and the rules.
    ExceptionRead = "exception.read": DistrictOfficial CityOfficial Auditor;
    /// Decide on what was found, look now, and change the rules.
    ExceptionDecide = "exception.decide": DistrictOfficial;

    /// Question a line of a student's record, and take that back (judged on the person's scope).
    AppealFile = "appeal.file": Teacher SchoolAdmin Guardian Student;
    /// Read appeals (judged on the scope of the person, and of the host).
    AppealRead = "appeal.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// Say for the host what happened (judged on the host's scope).
    AppealAnswer = "appeal.answer": Teacher SchoolAdmin BaseStaff BaseAdmin;
    /// Decide appeals, and say how many days answers take.
    AppealDecide = "appeal.decide": DistrictOfficial;

    /// Read which credentials were issued, and take them.
    CredentialRead = "credential.read": Teacher SchoolAdmin DistrictOfficial CityOfficial Auditor Guardian Student;
    /// Make a badge of a person's credit (judged on the person's scope).
    CredentialIssue = "credential.issue": Guardian Student;
    /// Make transcripts and certificates (judged on the scope of the person or school).
    CredentialPrint = "credential.print": Teacher SchoolAdmin DistrictOfficial Guardian Student;
    /// Revoke credentials, and replace the keys that sign them.
    CredentialRevoke = "credential.revoke": DistrictOfficial;

    /// Take the roster and what counted along to other systems (judged on the scope of the school).
    ExportRead = "export.read": SchoolAdmin DistrictOfficial;

    /// Read which systems are told what happens, and what they were told.
    WebhookRead = "webhook.read": DistrictOfficial Auditor;
    /// Say which systems are told, replace their secrets, and send again.
    WebhookManage = "webhook.manage": DistrictOfficial;

    /// Read and export reports.
    ReportRead = "report.read": Teacher SchoolAdmin BaseStaff BaseAdmin DistrictOfficial CityOfficial Auditor;
    /// Say what a person costs at a host, which settlements go by.
    TariffManage = "tariff.manage": DistrictOfficial;
    /// Have the reports of a period made and kept.
    ReportPack = "report.pack": DistrictOfficial;
    /// Ask that a person be erased, and take that back (judged on the person's scope).
    ErasureAsk = "erasure.ask": DistrictOfficial Guardian Student;
    /// Read what was asked for (judged on the scope of the person or district).
    ErasureRead = "erasure.read": DistrictOfficial Auditor Guardian Student;
    /// Approve and refuse erasures that somebody else asked for.
    ErasureDecide = "erasure.decide": DistrictOfficial;
    /// Read the audit trail.
    AuditRead = "audit.read": DistrictOfficial CityOfficial Auditor PlatformAdmin;
}

impl Action {
    /// Whether it reads the network's shared lists, which every signed-in account may read whatever its district:
    /// a base hosts pupils of several districts, and their teachers choose among its sessions.
    pub fn is_shared(self) -> bool {
        matches!(
            self,
            Self::DistrictRead
                | Self::OrganizationRead
                | Self::DesignationRead
                | Self::ActivityRead
                | Self::SessionRead
                | Self::CompetitionRead
                | Self::ProgrammeRead
                | Self::ResourceRead
                | Self::NetworkRead
                | Self::PolicyRead
        ) || self.is_named()
    }

    /// Whether it changes what belongs to the authority itself, be it a district's or a city's.
    pub fn is_of_the_authority(self) -> bool {
        matches!(self, Self::SchemeManage | Self::RoundManage | Self::DesignationManage | Self::ProgrammeManage)
    }

    /// Whether the right to it comes from elsewhere than the scope of a grant: from being named for a round, or from what
    /// was published for everybody. Operations ask for that beside it.
    pub fn is_named(self) -> bool {
        matches!(self, Self::ApplicationReview | Self::ObjectionRaise)
    }
}

/// Whether any of the grants lets its holder do `action` on `scope`.
pub fn permits(grants: &[Grant], action: Action, scope: &Scope) -> bool {
    grants.iter().any(|grant| {
        // A city's official changes what is the city's own; what its districts do is theirs, to be read.
        let own = grant.role != Role::CityOfficial || !action.is_of_the_authority() || scope.district().is_none();
        action.roles().contains(&grant.role) && (action.is_shared() || covers(&grant.scope, scope) && own)
    })
}

/// Whether what a grant reaches contains what an operation touches.
pub fn covers(grant: &GrantScope, scope: &Scope) -> bool {
    match grant {
        GrantScope::Platform => true,
        GrantScope::Authority { authority, districts } => match scope {
            Scope::Authority { authority: wanted } => wanted == authority,
            _ => scope.district().is_some_and(|district| districts.contains(&district)),
        },
        GrantScope::District { district } => scope.district() == Some(*district),
        GrantScope::Organization { district, organization } => match scope {
            Scope::School { district: of, school } | Scope::Person { district: of, school: Some(school), .. } => {
                of == district && school == organization
            }
            Scope::Host { host, .. } => host == organization,
            _ => false,
        },
        GrantScope::Person { district, person } => match scope {
            Scope::Person { district: of, person: wanted, .. } => of == district && wanted == person,
            _ => false,
        },
    }
}

/// Whether the holder of `grants` may give (or take) `role` over `target`.
///
/// `school` is the school of the person when the target is a person.
pub fn may_grant(grants: &[Grant], role: Role, target: &GrantScope, school: Option<Uuid>) -> bool {
    if !role.fits(target) {
        return false;
    }
    grants.iter().any(|grant| match (grant.role, &grant.scope) {
        (Role::PlatformAdmin, GrantScope::Platform) => true,
        (Role::DistrictOfficial, GrantScope::District { district }) => match target {
            GrantScope::Organization { district: of, .. } | GrantScope::Person { district: of, .. } => of == district,
            GrantScope::District { district: of } => of == district && role == Role::Auditor,
            _ => false,
        },
        (Role::SchoolAdmin, GrantScope::Organization { district, organization }) => match (role, target) {
            (Role::Teacher, GrantScope::Organization { organization: at, .. }) => at == organization,
            (Role::Student | Role::Guardian, GrantScope::Person { district: of, .. }) => {
                of == district && school == Some(*organization)
            }
            _ => false,
        },
        (Role::BaseAdmin, GrantScope::Organization { organization, .. }) => match (role, target) {
            (Role::BaseStaff, GrantScope::Organization { organization: at, .. }) => at == organization,
            _ => false,
        },
        _ => false,
    })
}

/// A grant of another account, with the school when it is over a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGrant {
    /// The grant.
    pub grant: Grant,
    /// The school of the person, when the grant is over a person.
    pub school: Option<Uuid>,
}

/// Whether the holder of `grants` may administer an account that holds `theirs`: it must be able to give every one of
/// them, so that nobody resets the password of somebody who can do more.
pub fn may_manage(grants: &[Grant], theirs: &[HeldGrant]) -> bool {
    let platform = grants.iter().any(|grant| grant.role == Role::PlatformAdmin && grant.scope == GrantScope::Platform);
    platform
        || (!theirs.is_empty()
            && theirs.iter().all(|held| may_grant(grants, held.grant.role, &held.grant.scope, held.school)))
}

/// The role × action table and who makes whom, as text, for the golden file.
pub fn matrix() -> String {
    let mut text = String::from("action                 ");
    for role in Role::ALL {
        text.push_str("  ");
        text.push_str(role.as_str());
    }
    text.push('\n');
    for action in Action::ALL {
        let _ = write!(text, "{:<23}", action.as_str());
        for role in Role::ALL {
            let mark = match (action.roles().contains(&role), action.is_shared()) {
                (false, _) => ".",
                (true, true) => "all",
                (true, false) => "own",
            };
            let _ = write!(text, "  {mark:<width$}", width = role.as_str().len());
        }
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
    }
    text.push_str("\nall: whatever the scope; own: within the scope of the grant; . : never\n");
    text
}

/// Who may give which role, as text, for the golden file.
pub fn makers() -> String {
    let (district, organization, person) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let own = |role: Role| match role {
        Role::Teacher | Role::SchoolAdmin | Role::BaseStaff | Role::BaseAdmin => {
            GrantScope::Organization { district, organization }
        }
        Role::DistrictOfficial | Role::Auditor => GrantScope::District { district },
        Role::CityOfficial => GrantScope::Authority { authority: Uuid::from_u128(4), districts: vec![district] },
        Role::Guardian | Role::Student => GrantScope::Person { district, person },
        Role::PlatformAdmin => GrantScope::Platform,
    };
    let mut text = String::new();
    for maker in Role::ALL {
        let grants = [Grant { role: maker, scope: own(maker) }];
        let made: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| may_grant(&grants, *role, &own(*role), Some(organization)))
            .map(Role::as_str)
            .collect();
        let made = if made.is_empty() { "nobody".to_owned() } else { made.join(", ") };
        text.push_str(&format!("{} makes {made}\n", maker.as_str()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Uuid = Uuid::from_u128(1);
    const THERE: Uuid = Uuid::from_u128(2);
    const SCHOOL: Uuid = Uuid::from_u128(11);
    const OTHER_SCHOOL: Uuid = Uuid::from_u128(12);
    const BASE: Uuid = Uuid::from_u128(21);
    const PUPIL: Uuid = Uuid::from_u128(31);
    const CITY: Uuid = Uuid::from_u128(41);

    fn at_school(role: Role) -> Vec<Grant> {
        vec![Grant { role, scope: GrantScope::Organization { district: HERE, organization: SCHOOL } }]
    }

    fn at_base(role: Role) -> Vec<Grant> {
        vec![Grant { role, scope: GrantScope::Organization { district: HERE, organization: BASE } }]
    }

    fn official(district: Uuid) -> Vec<Grant> {
        vec![Grant { role: Role::DistrictOfficial, scope: GrantScope::District { district } }]
    }

    fn city() -> Vec<Grant> {
        let scope = GrantScope::Authority { authority: CITY, districts: vec![HERE, THERE] };
        vec![Grant { role: Role::CityOfficial, scope }]
    }

    fn pupil(role: Role) -> Vec<Grant> {
        vec![Grant { role, scope: GrantScope::Person { district: HERE, person: PUPIL } }]
    }

    /// `cargo insta review`, or INSTA_UPDATE=always, writes the golden files; read the difference before you commit it.
    #[test]
    fn the_matrix_is_the_golden_one() {
        insta::assert_snapshot!("role_matrix", matrix());
        insta::assert_snapshot!("role_makers", makers());
    }

    #[test]
    fn a_grant_reaches_its_scope_and_no_further() {
        use Action as A;
        let district = Scope::District { district: HERE };
        let school = Scope::School { district: HERE, school: SCHOOL };
        let other_school = Scope::School { district: HERE, school: OTHER_SCHOOL };
        let base = Scope::Host { district: HERE, host: BASE };
        let guests = Scope::Host { district: THERE, host: BASE };
        let school_as_host = Scope::Host { district: HERE, host: SCHOOL };
        let own = Scope::Person { district: HERE, person: PUPIL, school: Some(SCHOOL) };
        let elsewhere = Scope::Person { district: HERE, person: PUPIL, school: Some(OTHER_SCHOOL) };
        let unenrolled = Scope::Person { district: HERE, person: PUPIL, school: None };
        let stranger = Scope::Person { district: THERE, person: PUPIL, school: Some(SCHOOL) };
        let cases: Vec<(&str, Vec<Grant>, Action, Scope, bool)> = vec![
            ("a teacher records for the own school", at_school(Role::Teacher), A::ParticipationRecord, school, true),
            ("… not for another", at_school(Role::Teacher), A::ParticipationRecord, other_school, false),
            ("… not for the district", at_school(Role::Teacher), A::ParticipationRecord, district, false),
            (
                "… confirms what the school hosts",
                at_school(Role::Teacher),
                A::ParticipationConfirm,
                school_as_host,
                true,
            ),
            ("… not what a base hosts", at_school(Role::Teacher), A::ParticipationConfirm, base, false),
            ("… reads the own pupils", at_school(Role::Teacher), A::PersonRead, own, true),
            ("… not those of another school", at_school(Role::Teacher), A::PersonRead, elsewhere, false),
            ("… nor those of none", at_school(Role::Teacher), A::PersonRead, unenrolled, false),
            ("… nor those of another district", at_school(Role::Teacher), A::PersonRead, stranger, false),
            ("a base confirms its guests", at_base(Role::BaseStaff), A::ParticipationConfirm, base, true),
            ("… of any district", at_base(Role::BaseStaff), A::ParticipationConfirm, guests, true),
            ("… and reads no pupil's detail", at_base(Role::BaseStaff), A::PersonRead, own, false),
            ("… and records nobody", at_base(Role::BaseAdmin), A::ParticipationRecord, school, false),
            ("an official verifies results", official(HERE), A::ResultVerify, own, true),
            ("… not of another district", official(THERE), A::ResultVerify, own, false),
            ("… and does not confirm for a base", official(HERE), A::ParticipationConfirm, base, false),
            ("… but voids what was wrong", official(HERE), A::ParticipationVoid, base, true),
            ("a city official reads all its districts", city(), A::ReportRead, district, true),
            ("… and the persons", city(), A::PersonRead, stranger, true),
            ("… and changes nothing", city(), A::ParticipationVoid, base, false),
            ("a student reads the own score", pupil(Role::Student), A::ScoreRead, elsewhere, true),
            ("… not the report", pupil(Role::Student), A::ReportRead, school, false),
            ("a guardian reads the child's", pupil(Role::Guardian), A::ParticipationRead, own, true),
            ("… of that district alone", pupil(Role::Guardian), A::ParticipationRead, stranger, false),
            ("everybody reads sessions anywhere", pupil(Role::Student), A::SessionRead, guests, true),
            ("a school asks for itself", at_school(Role::Teacher), A::BookingAsk, school_as_host, true),
            ("… not for another organization", at_school(Role::Teacher), A::BookingAsk, base, false),
            ("a base answers for what it offers", at_base(Role::BaseStaff), A::BookingAnswer, base, true),
            ("… to guests of any district", at_base(Role::BaseStaff), A::BookingRead, guests, true),
            ("a pupil questions the own record", pupil(Role::Student), A::AppealFile, own, true),
            ("… not that of another", pupil(Role::Student), A::AppealFile, stranger, false),
            ("a teacher does so for the own pupils", at_school(Role::Teacher), A::AppealFile, own, true),
            ("… not for others", at_school(Role::Teacher), A::AppealFile, elsewhere, false),
            ("a base says what happened, to guests too", at_base(Role::BaseStaff), A::AppealAnswer, guests, true),
            ("… and does not decide", at_base(Role::BaseAdmin), A::AppealDecide, district, false),
            ("an official sees who asked for what", official(HERE), A::BookingRead, base, true),
            ("… and rates nothing, having used nothing", official(HERE), A::BookingRate, base, false),
            ("a pupil reads the catalogue", pupil(Role::Student), A::ResourceRead, guests, true),
            ("… and sees no bookings", pupil(Role::Student), A::BookingRead, base, false),
            (
                "a city runs the rounds of its own schemes",
                city(),
                A::RoundManage,
                Scope::Authority { authority: CITY },
                true,
            ),
            ("… not those of its districts", city(), A::RoundManage, district, false),
            ("… which it reads", city(), A::RoundRead, district, true),
            ("nobody without a grant does", Vec::new(), A::SessionRead, base, false),
        ];
        for (what, grants, action, scope, expected) in cases {
            assert_eq!(permits(&grants, action, &scope), expected, "{what}");
        }
    }

    #[test]
    fn auditors_and_families_only_read_and_city_officials_run_what_is_the_citys() {
        for action in Action::ALL {
            let reads = action.as_str().ends_with(".read");
            for role in [Role::Auditor, Role::CityOfficial, Role::Guardian, Role::Student] {
                // A student alone says one thing: I am here.
                let says = role == Role::Student && *action == Action::PresenceClaim;
                let says = says || role == Role::CityOfficial && action.is_of_the_authority();
                // A family makes the addresses of its calendar.
                let says = says || matches!(role, Role::Guardian | Role::Student) && *action == Action::PersonCalendar;
                // And takes its credit away as badge or paper, or asks to be forgotten.
                let own = matches!(action, Action::CredentialIssue | Action::CredentialPrint | Action::ErasureAsk);
                let says = says || matches!(role, Role::Guardian | Role::Student) && own;
                // And says where its record is wrong.
                let says = says || matches!(role, Role::Guardian | Role::Student) && *action == Action::AppealFile;
                // What is published for objection, anybody may object to; and a city's expert reviews where named.
                let says = says || *action == Action::ObjectionRaise;
                let says = says || role == Role::CityOfficial && *action == Action::ApplicationReview;
                assert!(reads || says || !action.roles().contains(&role), "{} may {}", role.as_str(), action.as_str());
            }
        }
    }

    #[test]
    fn nobody_administers_whom_they_could_not_make() {
        let held = |role, organization| HeldGrant {
            grant: Grant { role, scope: GrantScope::Organization { district: HERE, organization } },
            school: None,
        };
        let child = |school| HeldGrant {
            grant: Grant { role: Role::Student, scope: GrantScope::Person { district: HERE, person: PUPIL } },
            school,
        };
        let platform = vec![Grant { role: Role::PlatformAdmin, scope: GrantScope::Platform }];
        let head = at_school(Role::SchoolAdmin);
        for (what, grants, theirs, expected) in [
            ("the own teacher", &head, vec![held(Role::Teacher, SCHOOL)], true),
            ("another school's teacher", &head, vec![held(Role::Teacher, OTHER_SCHOOL)], false),
            (
                "a teacher here and there",
                &head,
                vec![held(Role::Teacher, SCHOOL), held(Role::Teacher, OTHER_SCHOOL)],
                false,
            ),
            ("another head", &head, vec![held(Role::SchoolAdmin, SCHOOL)], false),
            ("the own pupil", &head, vec![child(Some(SCHOOL))], true),
            ("another pupil", &head, vec![child(Some(OTHER_SCHOOL))], false),
            ("a pupil of no school", &head, vec![child(None)], false),
            ("somebody without rights", &head, Vec::new(), false),
            ("a head, for the district", &official(HERE), vec![held(Role::SchoolAdmin, SCHOOL)], true),
            ("a head of another district", &official(THERE), vec![held(Role::SchoolAdmin, SCHOOL)], false),
            ("anybody, for the platform", &platform, Vec::new(), true),
        ] {
            assert_eq!(may_manage(grants, &theirs), expected, "{what}");
        }
    }

    #[test]
    fn a_role_takes_its_kind_of_scope() {
        let platform = vec![Grant { role: Role::PlatformAdmin, scope: GrantScope::Platform }];
        for (role, scope) in [
            (Role::Teacher, GrantScope::District { district: HERE }),
            (Role::PlatformAdmin, GrantScope::District { district: HERE }),
            (Role::Student, GrantScope::Organization { district: HERE, organization: SCHOOL }),
            (Role::CityOfficial, GrantScope::Platform),
        ] {
            assert!(!may_grant(&platform, role, &scope, None), "{} over {scope:?}", role.as_str());
        }
    }
}
