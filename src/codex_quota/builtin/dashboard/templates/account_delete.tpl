% heading = say("Delete {name}?", name=name)
% rebase("layout.tpl", title=heading, here="accounts")
<form class="panel stack" method="post" action="{{url("/auth/delete")}}">
  <h1>{{heading}}</h1>
% if link:
  <p>{{say("Only the symbolic link is removed, not the file that it leads to.")}}</p>
% else:
  <p>{{say("The sign-in file is removed from the account directory and cannot be brought back from here.")}}</p>
% end
  <div class="actions">
    % include("csrf.tpl")
    <input type="hidden" name="name" value="{{name}}">
    <input type="hidden" name="confirm" value="yes">
    <button class="button danger">{{say("Delete {name}", name=name)}}</button>
    <a class="button quiet" href="{{url("/auth")}}">{{say("Cancel")}}</a>
  </div>
</form>
