% heading = say("Edit {name}", name=entry.original) if entry.original else say("Add an account")
% rebase("layout.tpl", title=heading, here="accounts")
<div class="stack">
<h1>{{heading}}</h1>
% if told:
<p class="notice {{"warning" if has_ended else "error"}}" role="alert" id="told">{{told[0]}} {{told[1]}}</p>
% end
% if tried:
<section class="card" role="status" aria-labelledby="tried">
  <h2 id="tried">{{say("What the service says")}}</h2>
%   if tried.plan != "-":
  <p class="quiet">{{tried.plan}}</p>
%   end
%   if tried.status != "failed":
  <ul class="rows">
%     for row in tried.rows:
    <li>\\
%       include("gauge.tpl", row=row, named=True)
</li>
%     end
  </ul>
%   end
%   for note in tried.notes:
  <p class="remark {{note.kind}}">{{note.text}}</p>
%   end
  <p class="quiet">{{say("Nothing is saved yet.")}}</p>
</section>
% end
<form class="panel stack" method="post" action="{{url("/auth/save")}}" enctype="multipart/form-data" autocomplete="off">
  <div class="field{{" wrong" if wrong == "name" else ""}}">
    <label for="name">{{say("Name")}}</label>
    <input id="name" name="name" value="{{entry.name}}" required maxlength="100" spellcheck="false" autocapitalize="off" aria-describedby="name-help" {{!'aria-invalid="true"' if wrong == "name" else ""}}>
    <small id="name-help">{{say("Your own word for it: letters, digits, spaces and . _ @ + -")}}</small>
  </div>
  <div class="field{{" wrong" if wrong == "sign_in" else ""}}">
    <label for="auth_json">{{say("Content of auth.json")}}</label>
    <textarea id="auth_json" name="auth_json" rows="6" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="sign-in-help" {{!'aria-invalid="true"' if wrong == "sign_in" else ""}}></textarea>
    <small id="sign-in-help">\\
% if entry.draft:
{{say("The sign-in that you gave is kept for ten minutes and not shown; leave this empty to use it.")}}\\
% elif entry.original:
{{say("Leave this empty to keep the sign-in there is.")}}\\
% else:
{{say("'codex login' writes it to ~/.codex/auth.json; it is never shown again here.")}}\\
% end
</small>
  </div>
  <div class="field">
    <label for="auth_file">{{say("Or the file")}}</label>
    <input id="auth_file" name="auth_file" type="file" accept=".json,application/json">
  </div>
% if has_ended:
  <p><label><input type="checkbox" name="expired" value="yes"> {{say("Save it although it has ended")}}</label></p>
% end
  <div class="actions">
    % include("csrf.tpl")
% if entry.original:
    <input type="hidden" name="original_name" value="{{entry.original}}">
% end
% if entry.draft:
    <input type="hidden" name="draft" value="{{entry.draft}}">
% end
    <button class="button primary" name="action" value="save">{{say("Save")}}</button>
    <button class="button" name="action" value="try" formnovalidate>{{say("Try it")}}</button>
    <a class="button quiet" href="{{url("/auth")}}">{{say("Cancel")}}</a>
  </div>
  <p class="quiet">{{say("\"Try it\" asks the service once and shows the quota, without saving anything.")}}</p>
</form>
% if not entry.original:
<form class="panel stack" method="post" action="{{url("/auth/upload")}}" enctype="multipart/form-data">
  <h2>{{say("Several accounts at once")}}</h2>
  <div class="field">
    <label for="files">{{say("Files")}}</label>
    <input id="files" name="files" type="file" accept=".json,application/json" multiple required aria-describedby="files-help">
    <small id="files-help">{{say("Each file becomes the account after which it is named, like work.auth.json.")}}</small>
  </div>
  <p><label><input type="checkbox" name="replace" value="yes"> {{say("Replace accounts of the same name")}}</label></p>
  <div class="actions">
    % include("csrf.tpl")
    <button class="button">{{say("Upload")}}</button>
  </div>
</form>
% end
</div>
