% rebase("layout.tpl", title=say("Accounts"), here="accounts")
<div class="stack">
<h1>{{say("Accounts")}}</h1>
% if notice:
<p class="notice good" role="status">{{notice}}</p>
% end
<div class="actions">
  <a class="button primary" href="{{url("/auth/new")}}">{{say("Add an account")}}</a>
% if visitor.csrf:
  <form method="post" action="{{url("/auth/logout")}}">
    % include("csrf.tpl")
    <button class="button quiet">{{say("Sign out")}}</button>
  </form>
% end
</div>
% for row in rows:
<section class="card" aria-label="{{row.name}}">
  <div class="head">
    <div class="who">
      <h2>{{row.name}}</h2>
      <span class="badge {{row.tone}}">{{row.mark}}</span>
    </div>
    <div class="actions">
%   if not row.link:
      <a class="button" href="{{url("/auth/edit", name=row.name)}}" aria-label="{{say("Edit {name}", name=row.name)}}">{{say("Edit")}}</a>
%   end
      <form method="post" action="{{url("/auth/delete")}}">
        % include("csrf.tpl")
        <input type="hidden" name="name" value="{{row.name}}">
        <button class="button danger" aria-label="{{say("Delete {name}", name=row.name)}}">{{say("Delete")}}</button>
      </form>
    </div>
  </div>
%   facts = [text for text in (row.plan, row.email) if text]
%   facts += [say("token …{last4}", last4=row.last4)] if row.last4 else []
%   if row.ends:
%     facts.append(say("ended {when}", when=row.ends) if row.ended else say("ends {when}", when=row.ends))
%   end
%   if facts:
  <p class="quiet">{{" · ".join(facts)}}</p>
%   end
%   if row.remark:
  <p class="remark {{"error" if row.tone == "bad" else "warning"}}">{{row.remark}} {{row.advice}}</p>
%   end
</section>
% end
% if not rows:
<section class="panel empty stack">
  <h2>{{say("No account files yet")}}</h2>
  <p>{{say("Sign in with 'codex login', which writes ~/.codex/auth.json.")}} {{say("Add that file here.")}}</p>
</section>
% end
% if others:
<p class="quiet">{{say("Shown on the quota page, but kept elsewhere: {names}.", names=", ".join(others))}}</p>
% end
<p class="quiet">{{say("The files are in {directory} on the machine that runs the dashboard.", directory=directory)}} {{say("Tokens are never shown.")}}</p>
</div>
