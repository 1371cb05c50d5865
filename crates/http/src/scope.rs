//! What a caller may touch: an operator their own seat, others what belongs to their health authority
//! and employer. And whose name stands under what is done: that of who has signed in.

use cuptel_core::campaign::CampaignCommand;
use cuptel_core::id::{AttemptId, CallbackId, CampaignId, MemoId, SpecialDayId, TaskId};
use cuptel_core::memo::{AudienceTold, MemoTold};
use cuptel_core::staffing::{OperatorChange, one_spaced};
use cuptel_core::step::Command;
use cuptel_core::words::Role;
use cuptel_store::SpecialDayFilter;

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::SharedParts;
use crate::rights::{Need, may};

/// Why a caller may not.
const NOT_YOUR_SEAT: &str = "whoever works on that seat, and their supervisors";
pub(crate) const NOT_YOUR_TENANT: &str = "those of that health authority, and of the region";
const NOT_YOUR_PEOPLE: &str = "those of the same employer and health authority, and of the region";
const NOT_THE_REGION: &str = "those of the region";

/// What is done to an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnOperator {
    Lead,
    SetUp,
}

impl SharedParts {
    /// Carries out what a caller wants, if they may, under their name.
    pub(crate) async fn carry_out(
        &self,
        caller: &Caller,
        command: Command,
    ) -> Result<(), ApiError> {
        let command = self.allowed_to(caller, command).await?;
        Ok(self.engine.command(command).await?)
    }

    /// What a caller wants, under their name, if they may.
    pub(crate) async fn allowed_to(
        &self,
        caller: &Caller,
        command: Command,
    ) -> Result<Command, ApiError> {
        let command = self.spaced(signed(caller, command)).await?;
        self.allow(caller, &command).await?;
        if let Some(about) = about(&command) {
            caller.is_about(about);
        }
        Ok(command)
    }

    /// Operators who are new are stored with one space where several were typed, and looked for so
    /// before it is said who may.
    async fn spaced(&self, command: Command) -> Result<Command, ApiError> {
        let Command::SetOperators(mut changes) = command else {
            return Ok(command);
        };
        for change in &mut changes {
            let name = one_spaced(&change.name);
            if name != change.name && self.store.operator(&change.name).await?.is_none() {
                change.name = name;
            }
        }
        Ok(Command::SetOperators(changes))
    }

    async fn allow(&self, caller: &Caller, command: &Command) -> Result<(), ApiError> {
        allowed(may(caller.role(), Need::Work), Need::Work.who_may())?;
        if caller.is_unbounded() {
            return Ok(());
        }
        match command {
            Command::SignIn { seat, operator, .. } => {
                self.allow_sign_in(caller, seat, operator).await
            }
            Command::Choose { seat, .. }
            | Command::Dispose { seat, .. }
            | Command::NoteConversation { seat, .. }
            | Command::TakeCallback { seat, .. }
            | Command::AcceptCallback { seat, .. }
            | Command::TrySeat { seat, .. }
            | Command::Practise { seat, .. }
            | Command::DeclineCallback { seat, .. }
            | Command::Handle { seat, .. }
            | Command::AcceptTask { seat, .. } => self.allow_seat(caller, seat).await,
            Command::FinishTask(task) | Command::HandBackTask(task) => {
                self.allow_own_task(caller, *task).await
            }
            Command::AssignTask { task, .. } | Command::WithdrawTask(task) => {
                self.allow_task(caller, *task).await
            }
            Command::AddCallback(told) | Command::CheckCallback { told, .. } => {
                // Lines of other authorities are answered here too: what is owed to them is entered.
                let may = caller.role() == Role::Operator || caller.leads(Some(&told.tenant));
                allowed(may, NOT_YOUR_TENANT)
            }
            Command::AssignCallback { callback, .. } | Command::Acknowledge { callback, .. } => {
                self.allow_callback(caller, *callback).await
            }
            Command::WithdrawCaller { .. }
            | Command::MoveCaller { .. }
            | Command::PutCallerAhead { .. }
            | Command::PutCallbackAhead { .. }
            | Command::WriteMemo(_)
            | Command::WithdrawMemo { .. }
            | Command::ReadMemo { .. } => self.allow_stepping_in(caller, command).await,
            Command::CloseCallback(told) => self.allow_callback(caller, told.callback).await,
            Command::CallAfterAll { given_up, .. } => {
                self.allow_callback(caller, given_up.row.id).await
            }
            // Who begins it is asked for its bulk before (`bulk::undo`).
            Command::UndoBulk { .. } => Ok(()),
            Command::Campaign(command) => self.allow_campaign(caller, command).await,
            Command::AddTasks(_)
            | Command::AddSpecialDay(_)
            | Command::Bulk(_)
            | Command::PressStop { .. }
            | Command::ReleaseStop { .. }
            | Command::MarkNumber { .. }
            | Command::MarkNumbers { .. }
            | Command::ReleaseMark { .. } => allowed(leads_there(caller, command), NOT_YOUR_TENANT),
            Command::RemoveSpecialDay { id, .. } => self.allow_special_day(caller, *id).await,
            Command::SetOperators(changes) => self.allow_changes(caller, changes).await,
            Command::RemoveOperator(operator)
            | Command::SetProfile { operator, .. }
            | Command::SetPin { operator, .. } => {
                self.allow_operator(caller, operator, OnOperator::SetUp)
                    .await
            }
            // Sites and their seats are everybody's.
            Command::SiteOut { .. }
            | Command::SiteResumes { .. }
            | Command::SetSeats(_)
            | Command::RemoveSeat(_)
            | Command::ImportAttempts(_)
            | Command::Stop { .. } => Err(ApiError::Forbidden(NOT_THE_REGION)),
        }
    }

    async fn allow_sign_in(
        &self,
        caller: &Caller,
        seat: &str,
        operator: &str,
    ) -> Result<(), ApiError> {
        if caller.role() == Role::Operator {
            let own = caller.operator() == Some(operator);
            return allowed(own, NOT_YOUR_SEAT);
        }
        self.allow_seat(caller, seat).await?;
        self.allow_operator(caller, operator, OnOperator::Lead)
            .await
    }

    /// Whether a caller may act on a seat: who works there, or who leads them.
    pub(crate) async fn allow_seat(&self, caller: &Caller, seat: &str) -> Result<(), ApiError> {
        let look = self.engine.snapshot();
        let found = look.seats.iter().find(|it| it.name == seat);
        let operator = found.and_then(|seat| seat.operator.as_deref());
        if caller.role() == Role::Operator {
            let own = operator.is_some() && operator == caller.operator();
            return allowed(own, NOT_YOUR_SEAT);
        }
        match operator {
            Some(operator) => {
                self.allow_operator(caller, operator, OnOperator::Lead)
                    .await
            }
            // An empty seat, or none: the rules say so.
            None => Ok(()),
        }
    }

    /// Whether a caller may act for an operator, or change what is stored of one. Who is nobody's is
    /// led by any supervisor, and set up by those of the region.
    async fn allow_operator(
        &self,
        caller: &Caller,
        name: &str,
        what: OnOperator,
    ) -> Result<(), ApiError> {
        let Some(operator) = self.store.operator(name).await? else {
            return Ok(());
        };
        let is_nobodys = caller.tenant().is_some() && operator.home.is_none();
        let may = caller.sees_operator(&operator) && (what == OnOperator::Lead || !is_nobodys);
        allowed(may, NOT_YOUR_PEOPLE)
    }

    /// Whether a caller may change what is stored of an operator.
    pub(crate) async fn may_set_up(&self, caller: &Caller, name: &str) -> Result<(), ApiError> {
        self.allow_operator(caller, name, OnOperator::SetUp).await
    }

    async fn allow_changes(
        &self,
        caller: &Caller,
        changes: &[OperatorChange],
    ) -> Result<(), ApiError> {
        for change in changes {
            self.allow_operator(caller, &change.name, OnOperator::SetUp)
                .await?;
            let is_new = self.store.operator(&change.name).await?.is_none();
            let home = match (caller.tenant(), change.home.as_deref()) {
                (None, _) => true,
                (Some(own), Some(home)) => own == home,
                (Some(_), None) => !is_new,
            };
            let employer = match (caller.employer(), change.employer.as_deref()) {
                (None, _) | (Some(_), None) => true,
                (Some(own), Some(employer)) => own == employer,
            };
            allowed(home && employer, NOT_YOUR_PEOPLE)?;
        }
        Ok(())
    }

    async fn allow_callback(&self, caller: &Caller, id: CallbackId) -> Result<(), ApiError> {
        let found = self.store.callback(id).await?;
        led(
            caller,
            ("callback", id.0),
            found.map(|it| it.callback.tenant),
        )
    }

    /// What whoever leads does with who waits, and tells operators.
    async fn allow_stepping_in(&self, caller: &Caller, command: &Command) -> Result<(), ApiError> {
        if let Command::WithdrawCaller { attempt, .. }
        | Command::MoveCaller { attempt, .. }
        | Command::PutCallerAhead { attempt, .. } = command
        {
            return self.allow_attempt(caller, *attempt).await;
        }
        if let Command::PutCallbackAhead { callback, .. } = command {
            return self.allow_callback(caller, *callback).await;
        }
        if let Command::WriteMemo(told) = command {
            return self.allow_memo(caller, told).await;
        }
        if let Command::WithdrawMemo { memo, .. } = command {
            return self.allow_withdrawal(caller, *memo);
        }
        if let Command::ReadMemo { seat, .. } = command {
            return self.allow_seat(caller, seat).await;
        }
        Err(ApiError::Forbidden(NOT_THE_REGION))
    }

    async fn allow_attempt(&self, caller: &Caller, id: AttemptId) -> Result<(), ApiError> {
        let found = self.store.attempt(id).await?;
        led(caller, ("call", id.0), found.map(|it| it.attempt.tenant))
    }

    /// Whoever is bound tells those something whom they lead.
    async fn allow_memo(&self, caller: &Caller, told: &MemoTold) -> Result<(), ApiError> {
        match &told.to {
            AudienceTold::Everybody | AudienceTold::Site(_) => {
                Err(ApiError::Forbidden(NOT_THE_REGION))
            }
            AudienceTold::Tenant(tenant) => allowed(caller.leads(Some(tenant)), NOT_YOUR_TENANT),
            AudienceTold::Queue(tenant, _) => {
                allowed(caller.leads(tenant.as_deref()), NOT_YOUR_TENANT)
            }
            AudienceTold::Seat(seat) => self.allow_seat(caller, seat).await,
        }
    }

    fn allow_withdrawal(&self, caller: &Caller, id: MemoId) -> Result<(), ApiError> {
        let look = self.engine.snapshot();
        let found = look.memos.iter().find(|it| it.id == id);
        let may = found.is_none_or(|it| {
            it.by.as_deref() == Some(caller.name())
                || it.tenant.is_some() && caller.leads(it.tenant.as_deref())
        });
        allowed(may, NOT_YOUR_TENANT)
    }

    async fn allow_task(&self, caller: &Caller, id: TaskId) -> Result<(), ApiError> {
        let found = self.store.task(id).await?;
        led(caller, ("task", id.0), found.map(|it| it.task.tenant))
    }

    /// Whether a caller may end a task: who does it, or who leads.
    async fn allow_own_task(&self, caller: &Caller, id: TaskId) -> Result<(), ApiError> {
        if caller.role() != Role::Operator {
            return self.allow_task(caller, id).await;
        }
        let found = self.store.task(id).await?;
        match found.and_then(|it| it.task.seat) {
            Some(seat) => self.allow_seat(caller, &seat).await,
            None => Err(ApiError::Forbidden(NOT_YOUR_SEAT)),
        }
    }

    async fn allow_special_day(&self, caller: &Caller, id: SpecialDayId) -> Result<(), ApiError> {
        let filter = SpecialDayFilter {
            limit: 1_000,
            ..SpecialDayFilter::default()
        };
        let days = self.store.special_days(&filter).await?;
        let found = days.into_iter().find(|day| day.id == id);
        led(caller, ("closure", id.0), found.map(|day| day.tenant))
    }

    async fn allow_campaign(
        &self,
        caller: &Caller,
        command: &CampaignCommand,
    ) -> Result<(), ApiError> {
        let id: CampaignId = match command {
            CampaignCommand::Create(told) => {
                return allowed(caller.leads(Some(&told.tenant)), NOT_YOUR_TENANT);
            }
            CampaignCommand::Check { tenant, .. } => {
                return allowed(caller.leads(Some(tenant)), NOT_YOUR_TENANT);
            }
            CampaignCommand::Add { campaign, .. }
            | CampaignCommand::Complete { campaign, .. }
            | CampaignCommand::Start { campaign, .. }
            | CampaignCommand::Pause { campaign, .. }
            | CampaignCommand::Resume { campaign, .. }
            | CampaignCommand::End { campaign, .. } => *campaign,
        };
        let now_ms = self.engine.snapshot().at_ms;
        let found = self.store.campaign(&id.to_string(), now_ms).await?;
        led(
            caller,
            ("campaign", id.0),
            found.map(|it| it.campaign.tenant),
        )
    }
}

/// Whether a caller leads the health authority of a row. What is not stored, or not yet, may be anybody's: to
/// whoever leads one alone it is not there.
fn led(
    caller: &Caller,
    (what, id): (&'static str, i64),
    found: Option<Option<String>>,
) -> Result<(), ApiError> {
    match found {
        Some(tenant) => allowed(caller.leads(tenant.as_deref()), NOT_YOUR_TENANT),
        None if caller.leads(None) => Ok(()),
        None => Err(ApiError::NotFound {
            what,
            which: id.to_string(),
        }),
    }
}

pub(crate) fn allowed(may: bool, who_may: &'static str) -> Result<(), ApiError> {
    if may {
        Ok(())
    } else {
        Err(ApiError::Forbidden(who_may))
    }
}

/// Whether a caller leads the health authorities that a command is for; one that names none is for all
/// of the region.
fn leads_there(caller: &Caller, command: &Command) -> bool {
    if let Command::AddTasks(tasks) = command {
        return tasks.iter().all(|task| caller.leads(Some(&task.tenant)));
    }
    if let Command::AddSpecialDay(told) = command {
        return caller.leads(Some(&told.tenant));
    }
    if let Command::Bulk(told) = command {
        return caller.leads(told.tenant.as_deref());
    }
    if let Command::PressStop { told, .. } | Command::ReleaseStop { told, .. } = command {
        return caller.leads(told.tenant.as_deref());
    }
    if let Command::MarkNumber { told, .. } | Command::ReleaseMark { told, .. } = command {
        return caller.leads(told.tenant.as_deref());
    }
    if let Command::MarkNumbers { lines, .. } = command {
        let mut tenants = lines.iter().map(|line| line.told.tenant.as_deref());
        return tenants.all(|tenant| caller.leads(tenant));
    }
    false
}

/// For whom a memo is, in a word.
fn for_whom(to: &AudienceTold) -> String {
    match to {
        AudienceTold::Everybody => "everybody".to_owned(),
        AudienceTold::Tenant(name)
        | AudienceTold::Site(name)
        | AudienceTold::Queue(_, name)
        | AudienceTold::Seat(name) => name.clone(),
    }
}

/// What the log of access says of a command whose path does not tell it.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each thing that may be wanted"
)]
fn about(command: &Command) -> Option<String> {
    match command {
        Command::PressStop { told, .. } | Command::ReleaseStop { told, .. } => {
            let told = [
                Some(told.button.as_str()),
                told.tenant.as_deref(),
                told.queue.as_deref(),
            ];
            Some(told.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        Command::SetOperators(changes) => match changes.as_slice() {
            [one] => Some(one.name.clone()),
            many => Some(format!("{} operators", many.len())),
        },
        Command::SetSeats(changes) => match changes.as_slice() {
            [one] => Some(one.name.clone()),
            many => Some(format!("{} seats", many.len())),
        },
        Command::Campaign(command) => match command.as_ref() {
            CampaignCommand::Create(told) => Some(told.name.clone()),
            CampaignCommand::Check { .. }
            | CampaignCommand::Add { .. }
            | CampaignCommand::Complete { .. }
            | CampaignCommand::Start { .. }
            | CampaignCommand::Pause { .. }
            | CampaignCommand::Resume { .. }
            | CampaignCommand::End { .. } => None,
        },
        Command::Bulk(told) => Some(told.action.as_str().to_owned()),
        Command::AddSpecialDay(told) => Some(format!("{} {}", told.tenant, told.first)),
        Command::RemoveSpecialDay { id, .. } => Some(id.to_string()),
        Command::WriteMemo(told) => Some(for_whom(&told.to)),
        // The number is masked.
        Command::MarkNumber { told, .. } | Command::ReleaseMark { told, .. } => {
            Some(format!("{} {}", told.number, told.mark))
        }
        Command::MarkNumbers { lines, .. } => Some(format!("{} numbers", lines.len())),
        Command::TrySeat { seat, .. } => Some(seat.clone()),
        Command::SignIn { .. }
        | Command::WithdrawCaller { .. }
        | Command::MoveCaller { .. }
        | Command::PutCallerAhead { .. }
        | Command::PutCallbackAhead { .. }
        | Command::WithdrawMemo { .. }
        | Command::ReadMemo { .. }
        | Command::Choose { .. }
        | Command::Dispose { .. }
        | Command::NoteConversation { .. }
        | Command::TakeCallback { .. }
        | Command::AcceptCallback { .. }
        | Command::DeclineCallback { .. }
        | Command::Handle { .. }
        | Command::ImportAttempts(_)
        | Command::RemoveOperator(_)
        | Command::SetProfile { .. }
        | Command::SetPin { .. }
        | Command::AssignCallback { .. }
        | Command::UndoBulk { .. }
        | Command::AddCallback(_)
        | Command::CheckCallback { .. }
        | Command::CloseCallback(_)
        | Command::Acknowledge { .. }
        | Command::CallAfterAll { .. }
        | Command::AddTasks(_)
        | Command::AssignTask { .. }
        | Command::AcceptTask { .. }
        | Command::FinishTask(_)
        | Command::HandBackTask(_)
        | Command::WithdrawTask(_)
        | Command::SiteOut { .. }
        | Command::SiteResumes { .. }
        | Command::RemoveSeat(_)
        | Command::Practise { .. }
        | Command::Stop { .. } => None,
    }
}

/// Puts the name of who has signed in where a request may say any. A program that knows the token of the
/// configuration speaks for others, and is believed.
fn signed(caller: &Caller, mut command: Command) -> Command {
    if caller.is_system() {
        return command;
    }
    let name = Some(caller.name().to_owned());
    match &mut command {
        Command::Choose { supervisor, .. } => {
            // Who works there chooses for themselves.
            *supervisor = name.filter(|_| caller.role() != Role::Operator);
        }
        Command::SiteOut { supervisor, .. }
        | Command::ReleaseStop { supervisor, .. }
        | Command::ReleaseMark { supervisor, .. } => *supervisor = name,
        Command::PressStop { pressed, .. } => pressed.supervisor = name,
        Command::MarkNumber { marked, .. } => marked.supervisor = name,
        Command::MarkNumbers { lines, .. } => {
            for line in lines {
                line.marked.supervisor.clone_from(&name);
            }
        }
        Command::UndoBulk { by, .. }
        | Command::Acknowledge { by, .. }
        | Command::WithdrawCaller { by, .. }
        | Command::MoveCaller { by, .. }
        | Command::PutCallerAhead { by, .. }
        | Command::PutCallbackAhead { by, .. }
        | Command::WithdrawMemo { by, .. }
        | Command::CallAfterAll { by, .. } => *by = name,
        Command::WriteMemo(told) => told.by = name,
        Command::Bulk(told) => told.by = name,
        Command::AddSpecialDay(told) => told.by = name,
        Command::RemoveSpecialDay { by, .. } => *by = name,
        Command::AddCallback(told) | Command::CheckCallback { told, .. } => told.by = name,
        Command::CloseCallback(told) => told.by = name,
        Command::Campaign(told) => match told.as_mut() {
            CampaignCommand::Create(told) => told.by = name,
            CampaignCommand::Start { by, .. }
            | CampaignCommand::Pause { by, .. }
            | CampaignCommand::Resume { by, .. }
            | CampaignCommand::End { by, .. } => *by = name,
            CampaignCommand::Check { .. }
            | CampaignCommand::Add { .. }
            | CampaignCommand::Complete { .. } => {}
        },
        Command::SignIn { .. }
        | Command::ReadMemo { .. }
        | Command::Dispose { .. }
        | Command::NoteConversation { .. }
        | Command::TakeCallback { .. }
        | Command::AcceptCallback { .. }
        | Command::DeclineCallback { .. }
        | Command::Handle { .. }
        | Command::ImportAttempts(_)
        | Command::SetOperators(_)
        | Command::RemoveOperator(_)
        | Command::SetProfile { .. }
        | Command::SetPin { .. }
        | Command::AssignCallback { .. }
        | Command::AddTasks(_)
        | Command::AssignTask { .. }
        | Command::AcceptTask { .. }
        | Command::FinishTask(_)
        | Command::HandBackTask(_)
        | Command::WithdrawTask(_)
        | Command::SiteResumes { .. }
        | Command::SetSeats(_)
        | Command::RemoveSeat(_)
        | Command::TrySeat { .. }
        | Command::Practise { .. }
        | Command::Stop { .. } => {}
    }
    command
}
